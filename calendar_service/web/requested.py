"""What handlers ask of the request at hand."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import cast

from flask import current_app, request

from calendar_service.actions.service import Service

_NEAR = (
    *map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    *map(ip_network, ("::1/128", "fc00::/7", "fe80::/10")),
)
"""This machine, and private networks (RFC 1918, RFC 4193)."""


def service() -> Service:
    """The service that this application was built for."""
    return cast("Service", current_app.extensions["calendar_service"])


def asker_address() -> str:
    """The IP address that the request comes from, as far as it can be believed.

    A proxy of ours stands on this machine or in its private network, and says behind whom it
    stands; what anybody else says in X-Forwarded-For is not read. Empty where all are ours.
    """
    said = request.headers.get("X-Forwarded-For", "")
    hops = [*(hop.strip() for hop in said.split(",")), request.remote_addr or ""]
    for hop in reversed(hops[-5:]):
        if not _is_near(hop):
            return hop
    return ""


def _is_near(hop: str) -> bool:
    try:
        ip = ip_address(hop)
    except ValueError:
        return True
    return any(ip in network for network in _NEAR)
