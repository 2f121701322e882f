"""Pages without login: a resident's own page, certificates checked, the server's health, the shells of the apps."""
