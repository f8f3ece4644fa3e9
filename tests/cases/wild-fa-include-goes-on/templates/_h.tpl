{{- define "common.Restricted" }}
runAsNonRoot: true
runAsUser: 1000
capabilities:
  drop:
{{- end }}
