"""What people do with permits: issue, revoke, replace, and change the key that signs them."""

from lianfang.domain.checkpoints.actions.permits import following, issuing, keys, revoking

__all__ = ["following", "issuing", "keys", "revoking"]
