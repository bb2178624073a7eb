"""The open topic tree: values, commands, requests and the bridge, for everybody."""
