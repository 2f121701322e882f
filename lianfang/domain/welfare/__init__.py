"""Help asked for and delivered. Refuses to close a request that the one who asked has not confirmed."""
