"""A folder of manifests as a company has them: applications of seven objects, fifty objects to a file.

    folder.py FOLDER OBJECTS

Every ninth application leaves out what it should have, so that findings have to be made, located and written.
"""

import sys
from pathlib import Path

PER_FILE = 50

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: {namespace}
    team: "{team}"
spec:
  replicas: 3
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
        app.kubernetes.io/part-of: {namespace}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      serviceAccountName: {name}
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        fsGroup: 10001
        seccompProfile:
          type: RuntimeDefault
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app.kubernetes.io/name: {name}
      initContainers:
        - name: migrate
          image: registry.example.com/{namespace}/{name}-migrate:1.{number}.0
          command: ["/bin/migrate", "--wait"]
          resources:
            requests: {{cpu: 50m, memory: 64Mi, ephemeral-storage: 64Mi}}
            limits: {{memory: 64Mi, ephemeral-storage: 64Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
      containers:
        - name: {name}
          # The version is written by the release pipeline.
          image: registry.example.com/{namespace}/{name}:1.{number}.0
          imagePullPolicy: IfNotPresent
          args:
            - --listen=:8080
            - --log-format=json
          ports:
            - name: http
              containerPort: 8080
            - name: metrics
              containerPort: 9090
          env:
            - name: DATABASE_HOST
              value: db.{namespace}.svc.cluster.local
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: {name}
                  key: password
          envFrom:
            - configMapRef:
                name: {name}
{good}          volumeMounts:
            - name: scratch
              mountPath: /tmp
      volumes:
        - name: scratch
          emptyDir:
            sizeLimit: 128Mi
---
"""
GOOD = """          resources:
            requests:
              cpu: 100m
              memory: 128Mi
              ephemeral-storage: 128Mi
            limits:
              memory: 256Mi
              ephemeral-storage: 256Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 5
          livenessProbe:
            httpGet:
              path: /live
              port: http
            periodSeconds: 10
            failureThreshold: 6
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
"""
REST = """apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {namespace}
spec:
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {name}
  namespace: {namespace}
automountServiceAccountToken: false
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: {namespace}
data:
  LOG_LEVEL: info
  config.yaml: |
    server:
      listen: 0.0.0.0:8080
      timeout: 30s
    features:
      - search
      - export
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {name}
  namespace: {namespace}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {name}
  namespace: {namespace}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: {name}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: ingress
      ports:
        - port: http
          protocol: TCP
  egress:
    - to:
        - podSelector: {{}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {name}
  namespace: {namespace}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {name}
  minReplicas: 3
  maxReplicas: 9
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
---
"""


def application(number: int) -> list[str]:
    """The seven objects of one application."""
    values = {
        "name": f"app-{number}",
        "namespace": f"team-{number // 40}",
        "number": number,
        "team": number // 40,
        "good": "" if number % 9 == 0 else GOOD,
    }
    return (DEPLOYMENT + REST).format(**values).split("---\n")[:-1]


def write(folder: Path, objects: int) -> None:
    """Fill a new folder."""
    folder.mkdir(parents=True)
    made: list[str] = []
    number = 0
    while len(made) < objects:
        made += application(number)
        number += 1
    for start in range(0, objects, PER_FILE):
        text = "---\n".join(made[start : min(start + PER_FILE, objects)])
        (folder / f"apps-{start // PER_FILE:05}.yaml").write_text(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
