"""The exports app; says when a file of a named export may be fetched."""

from lianfang.foundation.declaring import DeclaringApp


class ExportsConfig(DeclaringApp):
    name = "lianfang.foundation.exports"

    def ready(self) -> None:
        super().ready()
        from lianfang.foundation.attachments.storing import CONDITIONS
        from lianfang.foundation.exports.freezing import KIND, may_fetch

        CONDITIONS[KIND] = may_fetch
