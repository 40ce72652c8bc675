/** Manifests as people have them: one application with all that stands around it, as a chart renders it. */
export const everything = `---
# Source: shop/templates/namespace.yaml
---
# Source: shop/templates/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata: { name: shop, namespace: store, annotations: { owner: "team-a" } }
automountServiceAccountToken: false
---
apiVersion: v1
kind: ConfigMap
metadata: { name: shop, namespace: store }
data:
  app.ini: |
    [main]
    colour = "blue"
  "on": "yes"
binaryData: { logo: aGVsbG8= }
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: store }
type: Opaque
data: { password: c2VjcmV0 }
---
# Source: shop/templates/pvc.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: store }
spec: { accessModes: [ReadWriteMany], resources: { requests: { storage: 1Gi } } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: shop }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: shop, namespace: store }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: shop }
subjects: [{ kind: ServiceAccount, name: shop, namespace: store }]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: store
  labels: &labels { app: shop, helm.sh/chart: shop-1.2.3 }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata:
      labels: *labels
      annotations: { checksum/config: "0e5", prometheus.io/scrape: "true" }
    spec:
      serviceAccountName: shop
      priorityClassName: high
      nodeSelector: { kubernetes.io/os: linux }
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                topologyKey: kubernetes.io/hostname
                labelSelector: { matchLabels: { app: shop } }
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { app: shop } }
      tolerations: [{ key: dedicated, operator: Equal, value: web, effect: NoSchedule }]
      securityContext: { runAsNonRoot: true, fsGroup: 1000, seccompProfile: { type: RuntimeDefault } }
      initContainers:
        - { name: migrate, image: "shop:1", command: [migrate, --up] }
        - { name: mesh, image: "mesh:1", restartPolicy: Always }
      containers:
        - name: web
          image: registry.example.com/shop@sha256:${"0".repeat(64)}
          ports: [{ name: http, containerPort: 8080 }]
          envFrom: [{ configMapRef: { name: shop } }, { secretRef: { name: shop, optional: true } }]
          env:
            - { name: POD, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
            - { name: MODE, value: "on" }
          resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 128Mi } }
          readinessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 5 }
          livenessProbe: { tcpSocket: { port: 8080 }, initialDelaySeconds: 10 }
          startupProbe: { exec: { command: [test, -f, /up] }, failureThreshold: 30 }
          lifecycle: { preStop: { exec: { command: [sh, -c, sleep 5] } } }
          volumeMounts: [{ name: config, mountPath: /etc/shop }, { name: data, mountPath: /data }]
        - { name: log, image: "fluent-bit:3", args: ["-q"] }
      volumes:
        - name: config
          configMap: { name: shop, defaultMode: 0644 }
        - name: data
          persistentVolumeClaim: { claimName: data }
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: { name: shop, namespace: store }
    spec: { selector: { app: shop }, ports: [{ name: http, port: 80, targetPort: http }] }
  - apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: { name: shop, namespace: store }
    spec: { podSelector: { matchLabels: { app: shop } }, policyTypes: [Ingress] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: store }
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example.com
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: shop, port: { name: http } } } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: shop, namespace: store }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: shop } } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: store }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: "postgres:17" }] }
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: shop, namespace: store }
spec: { endpoints: [{ port: http, interval: 30s }], selector: { matchLabels: { app: shop } } }
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: letsencrypt }
spec: { selfSigned: {} }
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: high }
value: 1000
---
`;
