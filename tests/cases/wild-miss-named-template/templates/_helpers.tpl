{{- define "ow.waitForC" -}}
- name: "wait-for-c"
  image: "busybox:1.36"
  command: ["sh", "-c", "until nc -z a 1; do sleep 3; done;"]
{{- end -}}
