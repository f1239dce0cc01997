package godwit_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"testing/fstest"

	"godwit"
)

// A mirror of one directory, with what happens told as values.
func ExampleCopy() {
	src, dst := scratch("src"), scratch("dst")
	defer os.RemoveAll(src)
	defer os.RemoveAll(dst)
	_ = os.WriteFile(filepath.Join(src, "mail"), []byte("hello"), 0o644)
	_ = os.WriteFile(filepath.Join(dst, "stale"), nil, 0o644)

	res, err := godwit.Copy(context.Background(), godwit.Job{
		Options: []string{"-rlt", "--delete", "--omit-dir-times"},
		Sources: []string{src + "/"},
		Dest:    dst,
		Events: func(e godwit.Event) {
			switch e.Kind {
			case godwit.Changed:
				fmt.Println("changed", e.Entry.Name, e.Entry.Size, "new:", e.Change.New)
			case godwit.Deleted:
				fmt.Println("deleted", e.Entry.Name)
			}
		},
	})
	var failed *godwit.Error
	if errors.As(err, &failed) && !failed.Partial() {
		log.Fatal(failed.Code, failed.Text)
	}
	fmt.Println(res.Transferred, "file of", res.TransferredSize, "bytes")
	// Output:
	// deleted stale
	// changed mail 5 new: true
	// 1 file of 5 bytes
}

// An embedded or virtual tree is a source like any other.
func ExampleCopy_fS() {
	dst := scratch("site")
	defer os.RemoveAll(dst)
	site := fstest.MapFS{"www/index.html": {Data: []byte("<p>hello")}}
	if _, err := godwit.Copy(context.Background(), godwit.Job{
		Options: []string{"-r"}, Sources: []string{"www/"}, Dest: dst, FS: site,
	}); err != nil {
		log.Fatal(err)
	}
	page, _ := os.ReadFile(filepath.Join(dst, "index.html"))
	fmt.Println(string(page))
	// Output: <p>hello
}

// An SSH server hands the command of a session and its channel to Serve; here a pipe stands in for
// the channel, and Connect for the SSH client.
func ExampleServe() {
	root, dst := scratch("root"), scratch("copy")
	defer os.RemoveAll(root)
	defer os.RemoveAll(dst)
	_ = os.WriteFile(filepath.Join(root, "mail"), []byte("hello"), 0o644)

	_, err := godwit.Copy(context.Background(), godwit.Job{
		Options: []string{"-t"}, Sources: []string{"host:mail"}, Dest: dst,
		Connect: func(ctx context.Context, host, command string) (io.ReadWriteCloser, error) {
			client, channel := net.Pipe()
			go func() { _ = godwit.Serve(ctx, channel, command, godwit.Server{Root: root, ReadOnly: true}) }()
			return client, nil
		},
	})
	mail, _ := os.ReadFile(filepath.Join(dst, "mail"))
	fmt.Println(string(mail), err)
	// Output: hello <nil>
}

func scratch(name string) string {
	dir, err := os.MkdirTemp("", name)
	if err != nil {
		log.Fatal(err)
	}
	return dir
}
