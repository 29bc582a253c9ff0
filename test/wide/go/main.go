// A client and a server made of the Go SDK of MCP: `wide client URL REVISION`, `wide server sessions|stateless`.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

var itself = &mcp.Implementation{Name: "wide", Version: "1.0.0"}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func main() {
	switch {
	case len(os.Args) == 4 && os.Args[1] == "client":
		client(os.Args[2], os.Args[3])
	case len(os.Args) == 3 && os.Args[1] == "server":
		server(os.Args[2] == "stateless")
	default:
		fail(fmt.Errorf("wide client URL REVISION | wide server sessions|stateless"))
	}
}

// --- the client, driven line by line

type line struct {
	ID   int            `json:"id"`
	Do   string         `json:"do"`
	Of   int            `json:"of"`
	With map[string]any `json:"with"`
}

var saying sync.Mutex

func say(what map[string]any) {
	text, err := json.Marshal(what)
	if err != nil {
		fail(err)
	}
	saying.Lock()
	defer saying.Unlock()
	fmt.Println(string(text))
}

func happened(name string, params any) { say(map[string]any{"event": name, "params": params}) }

func client(url, revision string) {
	options := &mcp.ClientOptions{
		ElicitationHandler: func(_ context.Context, asked *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			happened("elicitation", asked.Params)
			content := map[string]any{"username": "ada", "email": "ada@example.com", "name": "Ada"}
			return &mcp.ElicitResult{Action: "accept", Content: content}, nil
		},
		CreateMessageHandler: func(_ context.Context, asked *mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
			happened("sampling", asked.Params)
			return &mcp.CreateMessageResult{Role: "assistant", Model: "none", Content: &mcp.TextContent{Text: "a fine day"}}, nil
		},
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) { happened("list_changed", map[string]any{}) },
		LoggingMessageHandler:  func(_ context.Context, told *mcp.LoggingMessageRequest) { happened("log", told.Params) },
		ProgressNotificationHandler: func(_ context.Context, told *mcp.ProgressNotificationClientRequest) {
			happened("progress", told.Params)
		},
	}
	session, err := mcp.NewClient(itself, options).Connect(
		context.Background(),
		&mcp.StreamableClientTransport{Endpoint: url},
		&mcp.ClientSessionOptions{ProtocolVersion: revision},
	)
	if err != nil {
		fail(err)
	}
	happened("connected", session.InitializeResult())
	var running sync.Map
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked line
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fail(err)
		}
		if asked.Do == "cancel" {
			if cancel, ok := running.Load(asked.Of); ok {
				cancel.(context.CancelFunc)()
			}
			continue
		}
		ctx, cancel := context.WithCancel(context.Background())
		running.Store(asked.ID, cancel)
		go func() {
			defer cancel()
			answer(asked.ID, func() (any, error) { return do(ctx, session, asked) })
		}()
	}
	session.Close()
}

func answer(id int, do func() (any, error)) {
	result, err := do()
	if err == nil {
		say(map[string]any{"id": id, "result": result})
		return
	}
	said := map[string]any{"kind": fmt.Sprintf("%T", err), "message": err.Error()}
	var wire *jsonrpc.Error
	if errors.As(err, &wire) {
		said["code"] = wire.Code
	}
	say(map[string]any{"id": id, "error": said})
}

func do(ctx context.Context, session *mcp.ClientSession, asked line) (any, error) {
	switch asked.Do {
	case "tools":
		listed, err := session.ListTools(ctx, nil)
		if err != nil {
			return nil, err
		}
		names := []string{}
		for _, tool := range listed.Tools {
			names = append(names, tool.Name)
		}
		return names, nil
	case "call":
		name, _ := asked.With["name"].(string)
		params := &mcp.CallToolParams{Name: name, Arguments: asked.With["arguments"]}
		params.SetProgressToken(fmt.Sprint(asked.ID))
		return session.CallTool(ctx, params)
	default:
		return nil, fmt.Errorf("nobody here does %s", asked.Do)
	}
}

// --- the server

type given struct {
	Words string `json:"words"`
}

func text(words string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: words}}}
}

func offer() *mcp.Server {
	made := mcp.NewServer(itself, nil)
	mcp.AddTool(made, &mcp.Tool{Name: "say", Description: "Says the same"},
		func(_ context.Context, _ *mcp.CallToolRequest, in given) (*mcp.CallToolResult, any, error) {
			return text(in.Words), nil, nil
		})
	mcp.AddTool(made, &mcp.Tool{Name: "steps", Description: "Reports progress"},
		func(ctx context.Context, asked *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			for step := 1; step <= 3; step++ {
				if token := asked.Params.GetProgressToken(); token != nil {
					told := &mcp.ProgressNotificationParams{ProgressToken: token, Progress: float64(step), Total: 3}
					if err := asked.Session.NotifyProgress(ctx, told); err != nil {
						return nil, nil, err
					}
				}
				time.Sleep(20 * time.Millisecond)
			}
			return text("three steps"), nil, nil
		})
	mcp.AddTool(made, &mcp.Tool{Name: "ask", Description: "Asks for a name"},
		func(_ context.Context, asked *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			if answered, ok := asked.Params.InputResponses["who"].(*mcp.ElicitResult); ok {
				return text(fmt.Sprintf("%s %v", answered.Action, answered.Content["name"])), nil, nil
			}
			schema := map[string]any{"type": "object", "properties": map[string]any{"name": map[string]any{"type": "string"}}}
			question := &mcp.ElicitParams{Message: "Who are you?", RequestedSchema: schema}
			return &mcp.CallToolResult{InputRequests: mcp.InputRequestMap{"who": question}}, nil, nil
		})
	return made
}

func server(stateless bool) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	made := offer()
	handler := mcp.NewStreamableHTTPHandler(
		func(*http.Request) *mcp.Server { return made },
		&mcp.StreamableHTTPOptions{Stateless: stateless},
	)
	fmt.Fprintf(os.Stderr, "listening on http://%s/mcp\n", strings.TrimSpace(listener.Addr().String()))
	fail(http.Serve(listener, handler))
}
