{{/* nginx beside a gateway: in open mode asks who is there; ends TLS, streams both ways. It is restarted when this changes. */}}
{{- define "cliporleans.proxyConfig" -}}
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  server_tokens off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  upstream api {
    server 127.0.0.1:8080;
    keepalive 64;
  }
  # A key goes on to the API, which knows it with Auth:Mode=keys and refuses it in open mode. A name and a password are for this proxy.
  map $http_authorization $api_key {
    default "";
    "~*^bearer " $http_authorization;
  }
  server {
    {{- $asks := eq .Values.auth.mode "open" }}
    {{- with .Values.gateways.proxy }}
    {{- if .tlsSecret }}
    listen {{ .port }} ssl;
    ssl_certificate /etc/proxy-tls/tls.crt;
    ssl_certificate_key /etc/proxy-tls/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    {{- else }}
    listen {{ .port }};
    {{- end }}
    client_max_body_size {{ .maxBody }};
    location = /proxy-health {
      return 204;
    }
    # For Prometheus, by another port. The API does not mind capitals or a slash behind it.
    location ~* ^/metrics(/|$) {
      return 404;
    }
    location / {
      {{- if and $asks (not .anonymous) }}
      auth_basic "ClipOrleans";
      auth_basic_user_file /etc/proxy-auth/htpasswd;
      {{- end }}
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header Authorization $api_key;
      # NDJSON is answered line by line while it comes; what may run long says something at least every two minutes.
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_read_timeout 180s;
      proxy_send_timeout 180s;
      proxy_next_upstream off;
    }
    {{- end }}
  }
}
{{- end -}}
