/** Subject, text part and HTML part of e-mails. Styles stand on the elements: mail programs drop everything else. */
export const EMAIL_TEMPLATES = `
{{- define "email.default.subject" }}{{ template "__subject" . }}{{ end -}}

{{- define "email.default.text" -}}
{{ template "__subject" . }}

{{ template "__text_sections" . }}
{{ template "__alertmanagerURL" . }}
{{ end -}}

{{- define "__email_pairs" -}}
{{ range . }}
<tr>
<td style="padding:2px 12px 2px 0;color:#6b7280;font-size:13px;vertical-align:top;white-space:nowrap;">{{ .Name }}</td>
<td style="padding:2px 0;color:#111827;font-size:13px;vertical-align:top;word-break:break-word;">{{ .Value }}</td>
</tr>
{{ end }}
{{- end -}}

{{- define "__email_alert" -}}
<tr><td style="padding:12px 20px;border-top:1px solid #e5e7eb;">
<div style="font-size:15px;font-weight:bold;color:#111827;padding-bottom:6px;">{{ template "__single_line_summary" . }}</div>
<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%" style="border-collapse:collapse;">
{{ template "__email_pairs" .Labels.SortedPairs }}
</table>
{{ if gt (len .Annotations) 0 }}
<div style="padding-top:8px;font-size:12px;color:#6b7280;text-transform:uppercase;">Annotations</div>
<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%" style="border-collapse:collapse;">
{{ template "__email_pairs" .Annotations.SortedPairs }}
</table>
{{ end }}
<div style="padding-top:8px;font-size:13px;color:#6b7280;">
Since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}
{{- if not .EndsAt.IsZero }}, ended {{ .EndsAt.UTC.Format "2006-01-02 15:04:05 MST" }}{{ end }}
{{- with .Ack }}, acknowledged by {{ .By }}{{ with .Note }} ({{ . }}){{ end }}{{ end }}
{{- with .GeneratorURL }} &middot; <a href="{{ . }}" style="color:#1d4ed8;">Source</a>{{ end }}
</div>
</td></tr>
{{- end -}}

{{- define "email.default.html" -}}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{{ template "__subject" . }}</title>
</head>
<body style="margin:0;padding:0;background:#f3f4f6;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;">
<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%" style="background:#f3f4f6;">
<tr><td align="center" style="padding:16px 8px;">
<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%" style="max-width:600px;background:#ffffff;border:1px solid #e5e7eb;border-collapse:collapse;text-align:left;">
<tr><td style="padding:16px 20px;color:#ffffff;font-size:18px;font-weight:bold;line-height:1.35;background:{{ if .Alerts.Firing }}#d9480f{{ else }}#2b8a3e{{ end }};">
{{ len .Alerts }} alert{{ if ne (len .Alerts) 1 }}s{{ end }}{{ with .GroupLabels.SortedPairs }} for{{ range . }} {{ .Name }}={{ .Value }}{{ end }}{{ end }}
</td></tr>
<tr><td style="padding:16px 20px;">
<a href="{{ template "__alertmanagerURL" . }}" style="display:inline-block;padding:10px 16px;background:#1d4ed8;color:#ffffff;font-size:14px;font-weight:bold;text-decoration:none;border-radius:4px;">View in {{ template "__alertmanager" . }}</a>
</td></tr>
{{ with .Alerts.Firing }}
<tr><td style="padding:4px 20px 10px;font-size:16px;font-weight:bold;color:#d9480f;">[{{ len . }}] Firing</td></tr>
{{ range . }}{{ template "__email_alert" . }}{{ end }}
{{ end }}
{{ if and .Alerts.Firing .Alerts.Resolved }}
<tr><td style="padding:0 20px;"><hr style="border:0;border-top:2px solid #d1d5db;margin:8px 0;"></td></tr>
{{ end }}
{{ with .Alerts.Resolved }}
<tr><td style="padding:4px 20px 10px;font-size:16px;font-weight:bold;color:#2b8a3e;">[{{ len . }}] Resolved</td></tr>
{{ range . }}{{ template "__email_alert" . }}{{ end }}
{{ end }}
<tr><td style="padding:14px 20px;border-top:1px solid #e5e7eb;font-size:12px;color:#6b7280;">
Sent by <a href="{{ .ExternalURL }}" style="color:#6b7280;">{{ template "__alertmanager" . }}</a>{{ with .NotificationReason }}: {{ . }}{{ end }}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
{{ end -}}
`
