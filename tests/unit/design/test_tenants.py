"""What becomes of tenants in the design."""

from collections.abc import Callable
from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from seakeep.design.complete import complete
from seakeep.design.model import Amounts, Tenant
from seakeep.design.tenants import cores, memory
from seakeep.manifests.quantity import quantity
from seakeep.spec.fields import mebibytes, millicores
from seakeep.spec.load import LoadedSpec

Edit = Callable[..., LoadedSpec]


def tenants(loaded: LoadedSpec) -> dict[str, Tenant]:
    return {tenant.name: tenant for tenant in complete(loaded).tenants}


def test_a_tenant_that_says_little_gets_bounds_for_everything(edited: Edit) -> None:
    shop = tenants(edited("tenants"))["shop"]
    assert (shop.namespace, shop.role, shop.isolated) == ("shop", "edit", True)
    assert shop.default_request == Amounts(cpu="100m", memory="128Mi")
    assert shop.default_limit == Amounts(cpu=None, memory="256Mi")
    assert dict(shop.quota) == {
        "configmaps": "200",
        "count/jobs.batch": "200",
        "limits.memory": "8Gi",
        "persistentvolumeclaims": "10",
        "pods": "50",
        "requests.cpu": "4",
        "requests.memory": "8Gi",
        "requests.storage": "100Gi",
        "secrets": "200",
        "services": "50",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def test_what_is_given_replaces_only_that(edited: Edit) -> None:
    bank = tenants(edited("tenants"))["bank"]
    quota = dict(bank.quota)
    assert (quota["requests.cpu"], quota["requests.memory"], quota["secrets"]) == ("1500m", "2Gi", "40")
    assert (quota["configmaps"], quota["persistentvolumeclaims"]) == ("200", "10")
    assert bank.default_request == Amounts(cpu="100m", memory="128Mi")
    assert bank.max_limit == Amounts(cpu="1", memory="1Gi")
    assert bank.egress_to == (IPv4Network("192.0.2.0/24"),)


def test_a_way_that_one_tenant_opens_is_open_from_both_sides(edited: Edit) -> None:
    made = tenants(edited("tenants", ("network:\n", "network:\n        ingressFrom: [shop, monitoring]\n")))
    assert made["bank"].ingress_from == ("monitoring", "shop")
    assert (made["shop"].egress_to_namespaces, made["bank"].egress_to_namespaces) == (("bank",), ())


@given(st.integers(1, 9_999_999))
def test_processors_are_written_as_the_api_writes_them_back(amount: int) -> None:
    for text in (f"{amount}", f"{amount}m"):
        made = cores(text)
        assert quantity(made) == quantity(text)
        assert millicores(text) % 1000 != 0 or not made.endswith("m")


@given(st.integers(1, 9_999_999), st.sampled_from(["Mi", "Gi", "Ti"]))
def test_memory_is_written_as_the_api_writes_it_back(amount: int, unit: str) -> None:
    made = memory(f"{amount}{unit}")
    assert quantity(made) == quantity(f"{amount}{unit}")
    assert mebibytes(made) == mebibytes(f"{amount}{unit}B")
    number, suffix = int(made[:-2]), made[-2:]
    assert number % 1024 != 0 or suffix == "Ti"
