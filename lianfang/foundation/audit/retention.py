"""Why the audit trail stays."""

from __future__ import annotations

from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.privacy.retaining import stays
from lianfang.kernel.text import both

stays(
    AuditLine,
    both(
        "留痕只含编号，不含个人信息，供本人查询和审计；删除一行会使哈希链断开。",
        "Its lines hold ids only, for the person who asks and for the auditor; a line less would break the chain.",
    ),
)
