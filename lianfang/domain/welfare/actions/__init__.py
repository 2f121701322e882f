"""What people do about help, and how requests follow the register."""

from lianfang.domain.welfare.actions import merging, requests

__all__ = ["merging", "requests"]
