{{/* What the pods have in common. A component's dot: (dict "root" $ "component" "shard" "values" .Values.shards). */}}
{{- define "cliporleans.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "cliporleans.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "cliporleans.annotations" -}}
{{- if .root.Values.metrics.annotations }}
prometheus.io/scrape: "true"
prometheus.io/port: "8081"
prometheus.io/path: /metrics
{{- end }}
{{- if not .root.Values.cluster.existingSecret }}
checksum/store: {{ .root.Values.cluster.connectionString | sha256sum | trunc 16 | quote }}
{{- end }}
{{- with .values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "cliporleans.scheduling" -}}
serviceAccountName: {{ include "cliporleans.name" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "cliporleans.podSecurity" . | nindent 2 }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "cliporleans.selector" . | nindent 8 }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The store and who the process is in the cluster. */}}
{{- define "cliporleans.storeEnv" -}}
- name: ClipOrleans__Cluster__Provider
  value: {{ .Values.cluster.provider | quote }}
- name: ClipOrleans__Cluster__ConnectionString
  valueFrom:
    secretKeyRef:
      name: {{ include "cliporleans.secretName" . }}
      key: {{ if .Values.cluster.existingSecret }}{{ .Values.cluster.existingSecretKey }}{{ else }}connectionString{{ end }}
{{- end -}}

{{- define "cliporleans.env" -}}
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: ClipOrleans__Roles
  value: {{ .component | quote }}
{{ include "cliporleans.storeEnv" .root }}
- name: ClipOrleans__Cluster__ClusterId
  value: {{ default .root.Release.Name .root.Values.cluster.clusterId | quote }}
- name: ClipOrleans__Cluster__ServiceId
  value: {{ default .root.Release.Name .root.Values.cluster.serviceId | quote }}
- name: ClipOrleans__Management__Port
  value: "8081"
{{- if ne .component "gateway" }}
- name: ClipOrleans__Cluster__SiloPort
  value: {{ .root.Values.cluster.siloPort | quote }}
- name: ClipOrleans__Cluster__GatewayPort
  value: {{ .root.Values.cluster.gatewayPort | quote }}
{{- end }}
{{- if .root.Values.cluster.tls.enabled }}
- name: ClipOrleans__Cluster__Tls__Mode
  value: require
- name: ClipOrleans__Cluster__Tls__CertificatePath
  value: /tls/tls.crt
- name: ClipOrleans__Cluster__Tls__KeyPath
  value: /tls/tls.key
- name: ClipOrleans__Cluster__Tls__CaPath
  value: /tls/ca.crt
{{- end }}
{{- $own := .values.settings }}
{{- range $key, $value := .root.Values.settings }}
{{- if not (hasKey $own $key) }}
- name: ClipOrleans__{{ $key | replace ":" "__" }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- range $key, $value := .values.settings }}
- name: ClipOrleans__{{ $key | replace ":" "__" }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* A silo that joins waits for the others; after that it is alive as long as it answers, whatever the cluster does. */}}
{{- define "cliporleans.probes" -}}
startupProbe:
  httpGet: {path: /health/live, port: management}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 150
livenessProbe:
  httpGet: {path: /health/live, port: management}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /health/ready, port: management}
  periodSeconds: 5
  timeoutSeconds: 6
  failureThreshold: 2
{{- end -}}

{{- define "cliporleans.mounts" -}}
- name: tmp
  mountPath: /tmp
{{- if .root.Values.cluster.tls.enabled }}
- name: tls
  mountPath: /tls
  readOnly: true
{{- end }}
{{- end -}}

{{- define "cliporleans.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 2Gi
{{- if .root.Values.cluster.tls.enabled }}
- name: tls
  secret:
    secretName: {{ required "cluster.tls.secretName: TLS needs a Secret with tls.crt, tls.key and ca.crt" .root.Values.cluster.tls.secretName }}
    defaultMode: 288
{{- end }}
{{- end -}}

{{- define "cliporleans.siloPorts" -}}
- name: silo
  containerPort: {{ .Values.cluster.siloPort }}
- name: silo-gateway
  containerPort: {{ .Values.cluster.gatewayPort }}
- name: management
  containerPort: 8081
{{- end -}}
