//! The scripted model: an OpenAI-compatible endpoint that answers by [`crate::script`], a token at a time.

use std::{cell::Cell, io::Result, rc::Rc, time::Duration};

use kaam_bench::http;
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::script;

#[derive(Clone)]
pub struct Model {
    pub port: u16,
    gap: Rc<Cell<Duration>>,
    open: Rc<Cell<usize>>,
    /// Requests that held no message of ours.
    pub strange: Rc<Cell<usize>>,
}

impl Model {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let model = Self {
            port: listener.local_addr()?.port(),
            gap: Rc::new(Cell::new(Duration::from_millis(6))),
            open: Rc::default(),
            strange: Rc::default(),
        };
        let accepting = model.clone();
        tokio::task::spawn_local(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let model = accepting.clone();
                tokio::task::spawn_local(async move {
                    model.open.set(model.open.get() + 1);
                    // The server may die in the middle: that is what is tried.
                    let _ = model.answer(socket).await;
                    model.open.set(model.open.get() - 1);
                });
            }
        });
        Ok(model)
    }

    /// Sets the time between two tokens.
    pub fn pace(&self, gap: Duration) {
        self.gap.set(gap);
    }

    /// How many answers are being written.
    pub fn open(&self) -> usize {
        self.open.get()
    }

    async fn answer(&self, mut socket: TcpStream) -> Result<()> {
        socket.set_nodelay(true)?;
        let Some(body) = http::request(&mut socket).await? else {
            return Ok(());
        };
        let request: Value = serde_json::from_slice(&body).unwrap_or_default();
        let Some(turn) = script::turn(&request) else {
            self.strange.set(self.strange.get() + 1);
            return socket
                .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .await;
        };
        socket
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            .await?;
        for token in turn.tokens {
            socket.write_all(&chunk(&json!({ "content": token }), None)).await?;
            sleep(self.gap.get()).await;
        }
        let finish = if let Some((id, name, arguments)) = turn.call {
            let function = json!({ "name": name, "arguments": arguments.to_string() });
            let calls = json!({ "tool_calls": [{ "index": 0, "id": id, "type": "function", "function": function }] });
            socket.write_all(&chunk(&calls, None)).await?;
            "tool_calls"
        } else {
            "stop"
        };
        socket.write_all(&chunk(&json!({}), Some(finish))).await?;
        socket.write_all(b"data: [DONE]\n\n").await
    }
}

fn chunk(delta: &Value, finish: Option<&str>) -> Vec<u8> {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
    let chunk = json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "scripted", "choices": [choice] });
    format!("data: {chunk}\n\n").into_bytes()
}
