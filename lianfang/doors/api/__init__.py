"""The HTTP door: actions, tables, gaps and jobs as typed JSON operations, made from the registries."""
