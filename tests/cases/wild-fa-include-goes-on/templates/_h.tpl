{{- define "common.Restricted" }}
runAsNonRoot: true
capabilities:
  drop:
{{- end }}
