"""Why accounts stay."""

from __future__ import annotations

from lianfang.foundation.accounts.models import Account
from lianfang.foundation.privacy.retaining import stays
from lianfang.kernel.text import both

stays(
    Account,
    both(
        "工作人员账号在任职期间需要；离岗停用后，操作留痕仍须指明是谁。",
        "Needed while the worker serves; after that the audit trail must still say who acted.",
    ),
)
