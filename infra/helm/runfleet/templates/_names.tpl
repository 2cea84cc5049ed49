{{- /* Names, labels, and what pods of workers and of the server have in common. */ -}}
{{- define "runfleet.name" -}}
{{- if contains "runfleet" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-runfleet" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end -}}
{{- end -}}

{{- /* Pools may have signs in names that Kubernetes has not. */ -}}
{{- define "runfleet.poolName" -}}
{{ include "runfleet.name" .root }}-worker-{{ .pool | replace "." "-" | replace "_" "-" | trimSuffix "-" }}
{{- end -}}

{{- define "runfleet.selector" -}}
app.kubernetes.io/name: runfleet
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .pool }}
runfleet.io/pool: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "runfleet.labels" -}}
{{ include "runfleet.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "runfleet.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag }}{{ end }}
{{- end -}}

{{- define "runfleet.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "runfleet.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "runfleet.commonEnv" -}}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ required "redis.secret.name is required: a Secret with the address of Redis" .Values.redis.secret.name }}
      key: {{ .Values.redis.secret.key }}
- name: RUNFLEET_NAMESPACE
  value: {{ .Values.namespace | quote }}
{{- with .Values.log }}
- name: RUNFLEET_LOG
  value: {{ . | quote }}
{{- end }}
{{- if .Values.secretKeys.name }}
- name: RUNFLEET_SECRET_KEYS
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secretKeys.name }}
      key: {{ .Values.secretKeys.key }}
{{- end }}
{{- end -}}

{{- define "runfleet.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: { path: /readyz, port: {{ . }} }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end -}}

{{- define "runfleet.spread" -}}
{{- range $index, $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
{{- if $index }}{{ "\n" }}{{ end -}}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  matchLabelKeys: [pod-template-hash]
  labelSelector:
    matchLabels:
      {{- include "runfleet.selector" $ | nindent 6 }}
{{- end }}
{{- end -}}
