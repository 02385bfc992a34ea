/**
 * What every application of the harness shows, whatever its path: all that the rules of the examples select. What counts grows with
 * each scrape.
 */
export function exposition(scrape: number): string {
  return `# TYPE base_classloader_loadedClasses_count gauge
base_classloader_loadedClasses_count ${21_000 + scrape}
# TYPE base_classloader_loadedClasses_total counter
base_classloader_loadedClasses_total ${30_000 + 40 * scrape}
# TYPE base_gc_total counter
base_gc_total{name="G1 Old Generation"} 0
base_gc_total{name="G1 Young Generation"} ${2 * scrape}
# TYPE base_gc_time_total_seconds counter
base_gc_time_total_seconds{name="G1 Young Generation"} ${0.5 * scrape}
# TYPE base_thread_count gauge
base_thread_count 77
# TYPE vendor_memoryPool_usage_bytes gauge
vendor_memoryPool_usage_bytes{name="G1 Survivor Space"} 1048576
# TYPE http_requests_total counter
http_requests_total{status="200"} ${100 * scrape}
`;
}
