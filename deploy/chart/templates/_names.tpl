{{/* Names and labels. A component's dot: (dict "root" $ "component" "shard"). */}}
{{- define "cliporleans.name" -}}
{{- if contains "cliporleans" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-cliporleans" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "cliporleans.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}

{{- define "cliporleans.selector" -}}
app.kubernetes.io/name: cliporleans
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "cliporleans.labels" -}}
{{ include "cliporleans.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "cliporleans.secretName" -}}
{{- default (printf "%s-store" (include "cliporleans.name" .)) .Values.cluster.existingSecret -}}
{{- end -}}

{{- define "cliporleans.claimName" -}}
{{- default (printf "%s-data" (include "cliporleans.name" .)) .Values.storage.existingClaim -}}
{{- end -}}
