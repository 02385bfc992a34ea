/** Small expositions with all that the formats have, as client libraries write them. */
export const SMALL_EXPOSITIONS: readonly string[] = [
  `# HELP http_requests_total All of them.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000
# HELP http_requests_created All of them.
# TYPE http_requests_created gauge
http_requests_created{method="post",code="200"} 1.7e+09

# A summary and a histogram.
# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5",} 4.773e-3
rpc_seconds{quantile="0.99",} NaN
rpc_seconds_sum 1.7560473e+07
rpc_seconds_count 2693
# TYPE size_bytes histogram
size_bytes_bucket{le="100"} 12
size_bytes_bucket{le="+Inf"} 144
size_bytes_sum 53423
size_bytes_count 144
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
`,
  `# TYPE "http.requests" counter
{"http.requests","status.code"="200"} 5
{"größe",a="é😀"} -0.5
up 1
`,
  `# TYPE requests counter
# HELP requests All of them.
requests_total{code="200"} 5 1700000000.5 # {trace_id="a"} 0.5 1700000000.25
requests_created{code="200"} 1600000000 1700000000.5
requests_total{code="500"} 1
requests_created{code="500"} 1600000000.125
# TYPE size_bytes histogram
# UNIT size_bytes bytes
size_bytes_bucket{le="1.0"} 0
size_bytes_bucket{le="+Inf"} 2 # {} 1.5
size_bytes_count 2
size_bytes_sum 4.5
size_bytes_created 1600000000
# TYPE time summary
time{quantile="0.5"} 1
time_count 1
time_sum 1
# TYPE queue gaugehistogram
queue_bucket{le="1"} 1
queue_bucket{le="+Inf"} 3
queue_gcount 3
queue_gsum 7
# TYPE build info
build_info{version="1"} 1
# TYPE mode stateset
mode{mode="on"} 1
mode{mode="off"} 0
# EOF
`,
  `# TYPE cpu gauge
cpu{task="a"} 1 1700000000
cpu{task="a"} 2 1700000010.25
cpu{task="a"} 3 1700000020
cpu{task="b"} 4 1700000000
{"other.name",a="b"} NaN
# EOF
`,
];
