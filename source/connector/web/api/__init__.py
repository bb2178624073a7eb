"""`/api/v1`: one file for each kind of thing, each with ``routes(context)``.

`context` is what the routes are given, `auth` who may ask, `pages` how lists page.
"""
