"""The core of a station: what is true at its EVSEs, without any transport.

Time comes in as epoch milliseconds; what has to be told to a central system comes out
as events. OCPP clients and adapters only translate.
"""
