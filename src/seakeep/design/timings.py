"""Every timing that depends on another one, derived in one place."""

import math

from seakeep.design.model import Timings

FAILOVER_LIMIT_S = 4.0
"""A client notices no more than this when the machine that holds the VIP is gone."""

_DRAIN_MARGIN_S = 3
"""Covers a check that is under way when an API server begins to stop, and the closing of its connections."""


def timings() -> Timings:
    """The timings of every cluster."""
    inter_ms, fall, rise = 1000, 2, 2
    made = Timings(
        lb_inter_ms=inter_ms,
        lb_timeout_ms=max(inter_ms, 1000),
        lb_fall=fall,
        lb_rise=rise,
        shutdown_delay=math.ceil(inter_ms * fall / 1000) + _DRAIN_MARGIN_S,
        etcd_ready_ms=700,
        vrrp_advert_s=0.3,
        vip_check_interval=1,
        vip_check_fall=2,
        # An API server's etcd clients need 10 s to leave a silent member (keepaliveTimeout in its factory/etcd3.go).
        vip_ready_fall=15,
        vip_check_rise=2,
        node_status_update=4,
        node_monitor_grace=20,
    )
    assert made.lb_inter_ms * made.lb_fall / 1000 <= made.shutdown_delay
    assert made.etcd_ready_ms < made.lb_timeout_ms
    assert vip_failover(made) < FAILOVER_LIMIT_S
    assert made.node_status_update * 4 <= made.node_monitor_grace
    return made


def machine_failover(timings: Timings) -> float:
    """Seconds until another load balancer takes the VIP of one that fell silent, at the most.

    RFC 5798: three adverts and a skew of less than one more.
    """
    return timings.vrrp_advert_s * 4


def vip_failover(timings: Timings) -> float:
    """Seconds until the VIP has left a load balancer that no longer reaches an API server, at the most."""
    return timings.vip_check_interval * timings.vip_check_fall + machine_failover(timings)


def fenced_failover(timings: Timings, *, own_api_server: bool) -> float:
    """Seconds until a load balancer that every API server refuses has given the VIP up, at the most. One with an API
    server of its own, which cannot reach etcd any more, holds on to it as through any trouble of etcd's."""
    noticed = (timings.lb_inter_ms * timings.lb_fall + timings.lb_timeout_ms) / 1000
    fall = timings.vip_ready_fall if own_api_server else timings.vip_check_fall
    return noticed + timings.vip_check_interval * (fall + 1)
