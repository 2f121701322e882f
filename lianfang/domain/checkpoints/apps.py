"""The checkpoints app."""

from lianfang.foundation.declaring import DeclaringApp


class CheckpointsConfig(DeclaringApp):
    name = "lianfang.domain.checkpoints"
