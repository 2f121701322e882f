"""The register: households and persons. Everything done with people points here; nobody is listed twice."""
