/** A shop with ten pods, a Service and a custom resource, whose version 2 answers a share of its requests with an error. */
export function shop(
  step: string,
  { app = "shop", traffic = "[{ service: shop, rps: 50 }]", errorRate = "5%" } = {},
): string {
  return `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: shop }
behaviors:
  - match: { image: "shop:v2" }
    ready: { delay: 3s }
    terminate: { delay: 1s }
    serve: { errorRate: ${errorRate} }
  - { ready: { delay: 3s }, terminate: { delay: 1s } }
traffic: ${traffic}
steps:
  - ${step}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: shop }
---
apiVersion: v1
kind: Service
metadata: { name: shop }
spec: { selector: { app: ${app} }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 10
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: shop, image: "shop:v1" }] }
`;
}
