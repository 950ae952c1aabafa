//! `input.transcribe`: sound to text, by the endpoint that the settings name.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::{
    protocol::request::Transcribe,
    server::{
        error::AppError,
        model::{ModelError, openai::Sound},
        state::AppState,
    },
};

/// The most sound that is taken, in bytes.
pub const SOUND_MAX: usize = 10 * 1024 * 1024;
/// The longest request: the sound in base64, with room for the rest. All other requests keep to `BODY_MAX`.
pub const SOUND_BODY_MAX: usize = SOUND_MAX.div_ceil(3) * 4 + 64 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the sound of a request.
pub(super) fn sound(request: &Transcribe) -> Result<(Vec<u8>, Sound), AppError> {
    let kind = Sound::of_mime_type(&request.mime_type).ok_or(AppError::UnsupportedMediaType(Sound::TAKEN))?;
    if request.audio_base64.len().div_ceil(4) * 3 > SOUND_MAX + 3 {
        return Err(AppError::TooLarge { limit: SOUND_MAX });
    }
    let bytes = BASE64
        .decode(request.audio_base64.as_bytes())
        .map_err(|_| AppError::Invalid("params.audio_base64: is not base64".into()))?;
    match bytes.len() {
        0 => Err(AppError::Invalid("params.audio_base64: there is no sound".into())),
        1..=SOUND_MAX => Ok((bytes, kind)),
        _ => Err(AppError::TooLarge { limit: SOUND_MAX }),
    }
}

/// Turns sound into text.
///
/// # Errors
/// [`AppError::NotImplemented`] where no endpoint is set; [`AppError::UpstreamFailed`] and [`AppError::UpstreamUnavailable`].
pub async fn transcribe(state: &AppState, bytes: Vec<u8>, kind: Sound) -> Result<String, AppError> {
    let transcriber = state.transcriber.as_ref().ok_or(AppError::NotImplemented("input.transcribe"))?;
    transcriber.text(bytes, kind).await.map_err(|error| match error {
        ModelError::Unreachable(_) | ModelError::RateLimited(_) | ModelError::Unavailable(_) | ModelError::TimedOut(_) => {
            AppError::UpstreamUnavailable(error.to_string())
        }
        _ => AppError::UpstreamFailed(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(audio: &str, mime_type: &str) -> Result<(Vec<u8>, Sound), AppError> {
        sound(&Transcribe {
            audio_base64: audio.into(),
            mime_type: mime_type.into(),
        })
    }

    #[test]
    fn sound_is_read_within_its_bounds() {
        assert_eq!(read("AAAA", "audio/webm;codecs=opus").unwrap(), (vec![0; 3], Sound::Webm));
        assert_eq!(read("AA", "audio/wav").unwrap().0, [0]);
        assert!(matches!(read("", "audio/wav"), Err(AppError::Invalid(_))));
        assert!(matches!(read("!!!!", "audio/wav"), Err(AppError::Invalid(_))));
        assert!(matches!(read("AAAA", "video/mp4"), Err(AppError::UnsupportedMediaType(_))));
        let most = BASE64.encode(vec![0; SOUND_MAX]);
        assert_eq!(read(&most, "audio/ogg").unwrap().0.len(), SOUND_MAX);
        let more = BASE64.encode(vec![0; SOUND_MAX + 1]);
        assert!(matches!(read(&more, "audio/ogg"), Err(AppError::TooLarge { .. })));
        assert!(most.len() < SOUND_BODY_MAX);
    }
}
