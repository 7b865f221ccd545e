/** What all channels build on: the subject, the way back, and lists of alerts. */
export const SHARED_TEMPLATES = `
{{- define "__alertmanagerURL" -}}
  {{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}
{{- end -}}

{{- define "__subject" -}}
  [{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}] {{ .GroupLabels.SortedPairs.Values | join " " }}{{ " " }}
  {{- $more := .CommonLabels.Remove .GroupLabels.Names -}}
  {{- with $more.SortedPairs.Values }}({{ . | join " " }}){{ end -}}
{{- end -}}

{{- define "__description" }}{{ end -}}

{{- define "__single_line_summary" -}}
  {{- $text := "" -}}
  {{- with .Annotations.summary }}{{ $text = . }}{{ end -}}
  {{- if not $text }}{{ $text = .Annotations.description }}{{ end -}}
  {{- if not $text }}{{ $text = .Annotations.message }}{{ end -}}
  {{- if not $text }}{{ $text = .Labels.alertname }}{{ end -}}
  {{ $text | reReplaceAll "\\\\s+" " " }}
{{- end -}}

{{- define "__text_alert_list" -}}
{{ range . }}Labels:
{{ range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Annotations:
{{ range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}{{ with .Ack }}Acknowledged by: {{ .By }}{{ with .Note }} ({{ . }}){{ end }}
{{ end }}Source: {{ .GeneratorURL }}
{{ end }}
{{- end -}}

{{- define "__text_alert_list_markdown" -}}
{{ range . }}
Labels:
{{ range .Labels.SortedPairs }}  - {{ .Name }} = {{ .Value }}
{{ end }}
Annotations:
{{ range .Annotations.SortedPairs }}  - {{ .Name }} = {{ .Value }}
{{ end }}{{ with .Ack }}
Acknowledged by: {{ .By }}{{ with .Note }} ({{ . }}){{ end }}
{{ end }}
Source: {{ .GeneratorURL }}
{{ end }}
{{- end -}}

{{- define "__text_sections" -}}
{{ with .Alerts.Firing }}Alerts Firing:
{{ template "__text_alert_list" . }}{{ end -}}
{{ with .Alerts.Resolved }}Alerts Resolved:
{{ template "__text_alert_list" . }}{{ end -}}
{{- end -}}

{{- define "__markdown_sections" -}}
{{ with .Alerts.Firing }}# Alerts Firing:
{{ template "__text_alert_list_markdown" . }}{{ end -}}
{{ with .Alerts.Resolved }}# Alerts Resolved:
{{ template "__text_alert_list_markdown" . }}{{ end -}}
{{- end -}}

{{- define "__text_body" -}}
{{ with .CommonAnnotations.SortedPairs.Values }}{{ . | join " " }}
{{ end }}{{ template "__text_sections" . }}
{{- end -}}
`
