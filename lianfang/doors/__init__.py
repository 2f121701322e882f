"""The doors: API, phones, public pages, files. Made from the registries; they never touch models."""
