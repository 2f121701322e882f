"""The accounts app."""

from lianfang.foundation.declaring import DeclaringApp


class AccountsConfig(DeclaringApp):
    name = "lianfang.foundation.accounts"
