"""HTTP: what is asked by a container engine, a probe or a browser.

`server` is imported only once stations can connect: FastAPI takes its time to load.
"""
