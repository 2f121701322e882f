"""A contract for the import checker: an app is entered only through its public rooms."""

from __future__ import annotations

from importlinter import Contract, ContractCheck, fields, output


class PublicRooms(Contract):
    """Every import from one app into another goes to a public room; `same_room` rooms may also meet their twins."""

    parent = fields.StringField()
    public = fields.SetField(subfield=fields.StringField())
    same_room = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph, verbose):
        crossings = []
        for importer in sorted(graph.modules):
            here = self._app_and_room(importer)
            if here is None:
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                there = self._app_and_room(imported)
                if there is not None and there[0] != here[0] and not self._allowed(here[1], there[1]):
                    crossings.append((importer, imported))
        return ContractCheck(kept=not crossings, metadata={"crossings": crossings})

    def _app_and_room(self, module):
        if not module.startswith(f"{self.parent}."):
            return None
        app, _, rest = module[len(self.parent) + 1 :].partition(".")
        return app, rest.split(".")[0]

    def _allowed(self, here, there):
        return there in self.public or (here == there and here in (self.same_room or set()))

    def render_broken_contract(self, check):
        for importer, imported in check.metadata["crossings"]:
            output.print_error(f"{importer} reaches into {imported}; enter by {', '.join(sorted(self.public))}.")
