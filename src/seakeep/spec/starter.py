"""The file that `seakeep new` writes."""

from seakeep.versions.registry import default_release

_TEXT = """\
# A cluster, described in one file. Judge it with `seakeep check -f FILE`; nothing is touched by that.
# Every field and its default: `seakeep spec show --completed -f FILE`; for editors: `seakeep spec schema`.
apiVersion: seakeep/v1
kind: Cluster
metadata:
  name: @NAME@

spec:
  kubernetes:
    version: v@VERSION@

  # Failure domains: data centres, rooms, racks. One or three, never two.
  sites: [a, b, c]

  # Where clients find the API: an address that no machine has, held by one load balancer at a time.
  endpoint:
    vip: 10.79.0.100
    # names: [api.example.org]

  # Roles: etcd, control-plane, load-balancer, worker, in any mix.
  machines:
    - {name: a1, address: 10.79.1.11, site: a, roles: [etcd, control-plane, load-balancer]}
    - {name: b1, address: 10.79.2.11, site: b, roles: [etcd, control-plane, load-balancer]}
    - {name: c1, address: 10.79.3.11, site: c, roles: [etcd, control-plane]}
    - {name: a2, address: 10.79.1.21, site: a, roles: [worker], pool: general}
    - {name: b2, address: 10.79.2.21, site: b, roles: [worker], pool: general}

  pools:
    general:
      labels: {example.org/disk: ssd}

  # The machines are made from containers on this computer. For machines of your own, put their addresses
  # above, remove this line and say how to log in.
  lab: {}
  # ssh: {user: root, port: 22, key: ~/.ssh/id_ed25519}

  # Teams that share the cluster, each in a namespace of its own, with a quota, limits, a role and network policies:
  # only `name` and `groups` are needed.
  # tenants:
  #   - name: shop
  #     groups: [shop-team]
  #     role: edit
  #     quota: {cpu: 8, memory: 16Gi, pods: 100}
  #     network: {ingressFrom: [bank]}
  #   - name: bank
  #     groups: [bank-team]

  # The rest has defaults that are meant to stay; these are some of them, and what they are for.

  # etcd's folder is best on a disk of its own; the heartbeat is about the round trip between the furthest sites.
  # etcd: {dataDir: /var/lib/etcd, heartbeatMs: 100, electionMs: 1000}

  # Ranges that nothing else in your network has. They cannot be changed later.
  # network: {podRange: 10.244.0.0/16, serviceRange: 10.96.0.0/16, mtu: 1500}

  # Namespaces whose pods may do what others may not, and how long the audit log is kept.
  # security:
  #   exemptions: [{namespace: monitoring, reason: node-exporter reads the host's files}]
  #   audit: {maxAgeDays: 30}

  # How long certificates live; each is issued again in time.
  # pki: {leafLifetime: 365d, caLifetime: 3650d}

  # A check of the machines that may fail until a day.
  # preflight:
  #   waive: [{id: PRE011, reason: the disk is replaced on 1 June, owner: storage team, expires: 2027-06-01}]

  # When machines of your own may be broken on purpose (`seakeep storm`).
  # maintenance:
  #   windows: [{days: [sat, sun], from: "22:00", to: "04:00", timeZone: Europe/Berlin}]
"""


def starter(name: str = "my-cluster") -> str:
    """The text of a commented file to start from: three sites, five machines, in the lab.

    `name` has to be a cluster's name already; `fields.suggested_label` makes one from any text.
    """
    return _TEXT.replace("@NAME@", name).replace("@VERSION@", default_release().kubernetes)
