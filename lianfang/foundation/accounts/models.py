"""Who signs in: workers of every level. Sign-in is theirs alone; what they may do stands in their grants."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField, EncryptedText
from lianfang.kernel.ids import uuid7


class Accounts(BaseUserManager["Account"]):
    """Makes accounts with a hashed password."""

    def create(self, *, password: str | None = None, **others: Any) -> Account:
        account = self.model(**others)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A worker: duty officer, coordinator, secretary, grid worker, doctor, tracer, volunteer, desk, auditor."""

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        "id": PrivacyClass.WORK,
        "username": PrivacyClass.WORK,
        "password": PrivacyClass.IDENTITY,
        "last_login": PrivacyClass.WORK,
        "name": PrivacyClass.WORK,
        "title": PrivacyClass.WORK,
        "unit": PrivacyClass.WORK,
        "phone": PrivacyClass.CONTACT,
        "language": PrivacyClass.WORK,
        "home_area": PrivacyClass.WORK,
        "is_active": PrivacyClass.WORK,
        "deactivated_at": PrivacyClass.WORK,
        "deactivated_reason": PrivacyClass.WORK,
        "version": PrivacyClass.WORK,
        "codes_secret": PrivacyClass.IDENTITY,
        "codes_since": PrivacyClass.WORK,
        "codes_step": PrivacyClass.WORK,
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=80, blank=True)
    phone = EncryptedText(context="account.phone")
    language = models.CharField(max_length=10, default="zh-hans")
    home_area = AreaPathField(blank=True)
    is_active = models.BooleanField(default=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deactivated_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    codes_secret = EncryptedText(context="account.codes")
    codes_since = models.DateTimeField(null=True, blank=True)
    codes_step = models.BigIntegerField(null=True, blank=True)

    USERNAME_FIELD = "username"
    objects: ClassVar[Accounts] = Accounts()

    def __str__(self) -> str:
        return self.username
