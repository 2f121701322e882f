"""Plain Python that knows no framework and no epidemic: time, ids, refusals, Chinese names, numbers and addresses."""
