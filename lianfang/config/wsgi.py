"""The WSGI application that the server runs."""

import os

from django.core.wsgi import get_wsgi_application

from lianfang.config.settling import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
application = get_wsgi_application()
settle()
