/** The fields of each kind of receiver, apart from e-mail. */
export const CHANNEL_TEMPLATES = `
{{- define "sms.default.text" -}}
  {{- template "__subject" . -}}
  {{- $alerts := .Alerts.Firing -}}
  {{- if not $alerts }}{{ $alerts = .Alerts.Resolved }}{{ end -}}
  {{- range $i, $alert := $alerts -}}
    {{- if ge $i 2 }}{{ break }}{{ end -}}
    {{- if $i }}; {{ else }}: {{ end -}}
    {{- template "__single_line_summary" $alert -}}
  {{- end -}}
  {{- if gt (len $alerts) 2 }}; and more{{ end -}}
{{- end -}}

{{- define "slack.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "slack.default.fallback" }}{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}{{ end -}}
{{- define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "slack.default.callbackid" }}{{ end -}}
{{- define "slack.default.pretext" }}{{ end -}}
{{- define "slack.default.iconemoji" }}{{ end -}}
{{- define "slack.default.iconurl" }}{{ end -}}
{{- define "slack.default.text" }}{{ end -}}
{{- define "slack.default.footer" }}{{ end -}}

{{- define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end -}}
{{- define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end -}}

{{- define "opsgenie.default.message" }}{{ template "__subject" . }}{{ end -}}
{{- define "opsgenie.default.description" }}{{ template "__text_body" . }}{{ end -}}
{{- define "opsgenie.default.source" }}{{ template "__alertmanagerURL" . }}{{ end -}}

{{- define "victorops.default.state_message" }}{{ template "__text_body" . }}{{ end -}}
{{- define "victorops.default.entity_display_name" }}{{ template "__subject" . }}{{ end -}}
{{- define "victorops.default.monitoring_tool" }}{{ template "__alertmanager" . }}{{ end -}}

{{- define "pushover.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "pushover.default.message" }}{{ template "__text_body" . }}{{ end -}}
{{- define "pushover.default.url" }}{{ template "__alertmanagerURL" . }}{{ end -}}

{{- define "sns.default.subject" }}{{ template "__subject" . }}{{ end -}}
{{- define "sns.default.message" }}{{ template "__text_body" . }}{{ end -}}

{{- define "webex.default.message" }}{{ template "__text_body" . }}{{ end -}}
{{- define "telegram.default.message" }}{{ template "__text_sections" . }}{{ end -}}
{{- define "discord.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "discord.default.message" }}{{ template "__text_sections" . }}{{ end -}}
{{- define "discord.default.content" }}{{ end -}}

{{- define "wechat.default.message" }}{{ template "__subject" . }}
{{ template "__text_body" . }}
{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "wechat.default.to_user" }}{{ end -}}
{{- define "wechat.default.to_party" }}{{ end -}}
{{- define "wechat.default.to_tag" }}{{ end -}}
{{- define "wechat.default.agent_id" }}{{ end -}}

{{- define "msteams.default.summary" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteams.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteams.default.text" }}{{ template "__markdown_sections" . }}{{ end -}}
{{- define "msteamsv2.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteamsv2.default.text" }}{{ template "__markdown_sections" . }}{{ end -}}
{{- define "mattermost.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "mattermost.default.text" }}{{ template "__markdown_sections" . }}{{ end -}}

{{- define "jira.default.summary" }}{{ template "__subject" . }}{{ end -}}
{{- define "jira.default.description" }}{{ template "__markdown_sections" . }}{{ end -}}
{{- define "jira.default.priority" -}}
  {{- $alerts := .Alerts.Firing -}}
  {{- if not $alerts }}{{ $alerts = .Alerts.Resolved }}{{ end -}}
  {{- $priority := "" -}}
  {{- range $alerts -}}
    {{- if eq .Labels.severity "critical" }}{{ $priority = "High" -}}
    {{- else if and (eq .Labels.severity "warning") (ne $priority "High") }}{{ $priority = "Medium" -}}
    {{- else if and (eq .Labels.severity "info") (eq $priority "") }}{{ $priority = "Low" -}}
    {{- end -}}
  {{- end -}}
  {{ $priority }}
{{- end -}}

{{- define "rocketchat.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "rocketchat.default.alias" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "rocketchat.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "rocketchat.default.text" }}{{ end -}}
{{- define "rocketchat.default.emoji" }}{{ end -}}
{{- define "rocketchat.default.iconurl" }}{{ end -}}
`
