//! Sound to text: any endpoint that speaks OpenAI's `/audio/transcriptions`.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::multipart::{Form, Part};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::{
    super::ModelError,
    BuildError,
    address::under,
    client::builder,
    errors::{self, Failure},
};

/// The whole of a request: some minutes of sound take a while.
const PATIENCE: Duration = Duration::from_secs(90);
/// More of an answer is not read.
const ANSWER_BYTES: usize = 1 << 20;

/// A kind of sound that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// What Chrome and Firefox record.
    Webm,
    /// What Firefox records.
    Ogg,
    /// What Safari records.
    Mp4,
    /// MP3.
    Mpeg,
    /// WAV.
    Wav,
}

impl Sound {
    /// All of them, for people.
    pub const TAKEN: &str = "audio/webm, audio/ogg, audio/mp4, audio/mpeg or audio/wav";

    /// The kind of a media type, whatever its codecs.
    pub fn of_mime_type(mime_type: &str) -> Option<Self> {
        let bare = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match bare.as_str() {
            "audio/webm" => Self::Webm,
            "audio/ogg" => Self::Ogg,
            "audio/mp4" => Self::Mp4,
            "audio/mpeg" => Self::Mpeg,
            "audio/wav" | "audio/x-wav" => Self::Wav,
            _ => return None,
        })
    }

    /// The name by which endpoints tell the kind, and its media type.
    fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::Webm => ("sound.webm", "audio/webm"),
            Self::Ogg => ("sound.ogg", "audio/ogg"),
            Self::Mp4 => ("sound.m4a", "audio/mp4"),
            Self::Mpeg => ("sound.mp3", "audio/mpeg"),
            Self::Wav => ("sound.wav", "audio/wav"),
        }
    }
}

/// The client of one endpoint.
#[derive(Debug)]
pub struct Transcriber {
    http: reqwest::Client,
    url: Url,
    key: Option<SecretString>,
    model: String,
}

#[derive(Deserialize)]
struct Transcription {
    text: String,
}

impl Transcriber {
    /// Makes the client; connects to nothing. `base_url` is the part before `/audio/transcriptions`.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn new(base_url: &Url, key: Option<SecretString>, model: String, connect: Duration) -> Result<Self, BuildError> {
        let (http, key) = builder(base_url, key, connect)?;
        Ok(Self {
            http: http
                .timeout(PATIENCE)
                .build()
                .map_err(|error| BuildError::NoClient(errors::chain(&error)))?,
            url: under(base_url, &["audio", "transcriptions"])?,
            key,
            model,
        })
    }

    /// What was said.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub async fn text(&self, bytes: Vec<u8>, kind: Sound) -> Result<String, ModelError> {
        let secret = self.key.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
        self.ask(bytes, kind).await.map_err(|failure| failure.printable(secret).error)
    }

    async fn ask(&self, bytes: Vec<u8>, kind: Sound) -> Result<String, Failure> {
        let (name, mime_type) = kind.named();
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(mime_type))]);
        let form = Form::new()
            .text("model", self.model.clone())
            .text("response_format", "json")
            .part("file", Part::bytes(bytes).file_name(name).headers(headers));
        let late = |error: reqwest::Error| {
            if error.is_timeout() && !error.is_connect() {
                Failure::timed_out(PATIENCE)
            } else {
                Failure::transport(error)
            }
        };
        let mut response = self.http.post(self.url.clone()).multipart(form).send().await.map_err(late)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(late)? {
            if body.len() + chunk.len() > ANSWER_BYTES {
                return Err(Failure::too_long());
            }
            body.extend_from_slice(&chunk);
        }
        if response.status() != StatusCode::OK {
            let text = String::from_utf8_lossy(&body);
            return Err(errors::in_response(response.status(), response.headers(), &text));
        }
        let read: Transcription = serde_json::from_slice(&body).map_err(|error| Failure::garbage(&error.to_string()))?;
        // Postgres keeps no NUL, and nobody needs one.
        Ok(read.text.replace('\0', "").trim().to_owned())
    }
}
