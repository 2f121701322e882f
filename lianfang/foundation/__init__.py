"""Django with no epidemic in it: accounts, access, privacy, audit, actions, tables, events, jobs, gaps, attachments."""
