"""The WSGI application that the server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
application = get_wsgi_application()

# because walking the loaded program again and again cost a third of the time of taking a batch in
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
