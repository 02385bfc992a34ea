package sender

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/exp/api/remote"
)

// This file stands in the place of the suite's own of that name, which knows no sender: here each case runs `fargauge collect`.

// Scrapes after which a case has seen enough, for those that do not say how many requests they want.
const settle = 1500 * time.Millisecond

const longest = 2 * time.Minute

// How long a request is tried again where a case is about that.
const onceWait = 3 * time.Second

// It collects once a second.
var always = fargauge{arguments: []string{"--every", "1s"}}

// SenderTestScenario is one page, what the receiver answers, and what must have come of it.
type SenderTestScenario struct {
	ScrapeData           string
	ReceiverResponse     MockReceiverResponse
	Validator            func(t *testing.T, req *CapturedRequest)
	WaitTime             time.Duration
	ExpectedRequestCount int
}

type fargauge struct {
	// Arguments of the command beside those that all cases have.
	arguments []string
}

func (fargauge) Name() string { return "fargauge" }

// Run collects until the context is done.
func (sender fargauge) Run(ctx context.Context, options Options) error {
	dir, err := os.MkdirTemp("", "fargauge-sender-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	config := fmt.Sprintf(`
remote_write:
  - url: %q
    protobuf_message: %s
    send_exemplars: true
scrape_configs:
  - job_name: %s
    static_configs:
      - targets: [%q]
`, options.RemoteWriteEndpointURL, options.RemoteWriteMessage, options.ScrapeTargetJobName, options.ScrapeTargetHostPort)
	file := filepath.Join(dir, "prometheus.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return err
	}
	args := append([]string{os.Getenv("FARGAUGE_CLI"), "collect", "--prometheus-config", file}, sender.arguments...)
	return RunCommand(ctx, dir, nil, os.Getenv("FARGAUGE_NODE"), args...)
}

// collect runs cycles until it is done. It returns an error where the collector ended by itself.
func collect(receiver string, page *MockScrapeTarget, isDone func() bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	go func() {
		for !isDone() && ctx.Err() == nil {
			time.Sleep(50 * time.Millisecond)
		}
		cancel()
	}()
	err := always.Run(ctx, options(receiver, page))
	if ctx.Err() == nil {
		return fmt.Errorf("fargauge ended by itself: %w", err)
	}
	return nil
}

// collectOnce runs one cycle, in which a request is tried again for a while.
func collectOnce(receiver *MockReceiver, page *MockScrapeTarget) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	go func() {
		for len(receiver.GetRequests()) == 0 && ctx.Err() == nil {
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(onceWait)
		cancel()
	}()
	// A cycle whose samples nobody takes ends with an error, which is what some cases are about.
	_ = fargauge{}.Run(ctx, options(receiver.URL(), page))
}

func options(receiver string, page *MockScrapeTarget) Options {
	return Options{
		ScrapeTargetHostPort:   strings.TrimPrefix(page.URL(), "http://"),
		ScrapeTargetJobName:    "test",
		RemoteWriteEndpointURL: receiver,
		RemoteWriteMessage:     remote.WriteV2MessageType,
	}
}

func runSenderTest(t *testing.T, _ string, _ Sender, scenario SenderTestScenario) {
	t.Helper()
	receiver := NewMockReceiver()
	defer receiver.Close()
	page := NewMockScrapeTarget(scenario.ScrapeData)
	defer page.Close()
	if scenario.ReceiverResponse.StatusCode == 0 {
		scenario.ReceiverResponse.StatusCode = http.StatusNoContent
	}
	receiver.SetResponse(scenario.ReceiverResponse)
	expected := max(scenario.ExpectedRequestCount, 1)
	if err := collect(receiver.URL(), page, func() bool { return len(receiver.GetRequests()) >= expected }); err != nil {
		t.Fatal(err)
	}
	requests := receiver.GetRequests()
	if len(requests) < expected {
		t.Fatalf("expected at least %d requests, got %d", expected, len(requests))
	}
	if scenario.Validator != nil {
		scenario.Validator(t, &requests[len(requests)-1])
	}
}

func runAutoTargetWithCustomReceiver(t *testing.T, _ string, _ Sender, receiver string, page *MockScrapeTarget, wait time.Duration) error {
	t.Helper()
	end := time.Now().Add(max(wait, settle))
	return collect(receiver, page, func() bool { return time.Now().After(end) })
}

func forEachSender(t *testing.T, f func(*testing.T, string, Sender)) {
	t.Run("fargauge", func(t *testing.T) { f(t, "fargauge", always) })
}

func TestCompliance(t *testing.T) { RunTests(t, always, ComplianceTests()) }
