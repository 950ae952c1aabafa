//! How providers fail.

use serde_json::{Value, json};

use super::{
    super::{
        errors::{self, Next},
        turn::{Reading, Turn},
    },
    *,
};

/// What is said, the test of the error that it must become, and how to go on.
type Case = (Value, fn(&ModelError) -> bool, Next);

#[test]
fn errors_inside_a_stream() {
    let cases: [Case; 9] = [
        (
            json!({"error": {"code": 500, "message": "m", "type": "server_error"}}),
            |e| matches!(e, ModelError::Unavailable(_)),
            Next::Retry,
        ),
        (
            json!([{"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}]),
            |e| matches!(e, ModelError::Unavailable(_)),
            Next::Retry,
        ),
        (
            json!({"error": "something broke"}),
            |e| matches!(e, ModelError::Unavailable(_)),
            Next::Retry,
        ),
        (
            json!({"error": {"message": "m", "code": "429"}}),
            |e| matches!(e, ModelError::RateLimited(_)),
            Next::Retry,
        ),
        (
            json!({"error": {"message": "m", "type": "insufficient_quota"}}),
            |e| matches!(e, ModelError::RateLimited(_)),
            Next::OtherModel,
        ),
        (
            json!({"error": {"message": "m", "status": "PERMISSION_DENIED"}}),
            |e| matches!(e, ModelError::Unauthorized(_)),
            Next::GiveUp,
        ),
        (
            json!({"error": {"message": "m", "status": "NOT_FOUND"}}),
            |e| matches!(e, ModelError::NoSuchModel(_)),
            Next::OtherModel,
        ),
        (
            json!({"error": {"message": "m", "type": "invalid_request_error"}}),
            |e| matches!(e, ModelError::Refused(_)),
            Next::GiveUp,
        ),
        (
            json!({"object": "error", "message": "m", "code": 400}),
            |e| matches!(e, ModelError::Refused(_)),
            Next::GiveUp,
        ),
    ];
    for (error, is_right, next) in cases {
        let failure = Turn::new(Reading::default()).frame(&error.to_string()).unwrap_err();
        assert!(is_right(&failure.error) && failure.next == next, "{error}: {failure:?}");
    }
}

#[test]
fn errors_instead_of_a_stream() {
    let google = |code: u16, quota: &str| {
        json!([{"error": {"code": code, "message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED", "details": [
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "47s"},
        ]}}])
        .to_string()
    };
    let read = |code: u16, body: &str| errors::in_response(http::StatusCode::from_u16(code).unwrap(), &http::HeaderMap::new(), body);

    let minute = read(429, &google(429, "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"));
    assert_eq!(minute.error, ModelError::RateLimited("429: Quota exceeded".into()));
    assert_eq!((minute.next, minute.wait.map(|wait| wait.as_secs())), (Next::Retry, Some(47)));
    assert_eq!(
        read(429, &google(429, "GenerateRequestsPerDayPerProjectPerModel-FreeTier")).next,
        Next::OtherModel
    );
    assert_eq!(
        read(
            429,
            "{\"error\":{\"message\":\"Quota exceeded for metric: x, limit: 0, model: y\"}}"
        )
        .next,
        Next::OtherModel
    );
    assert_eq!(read(429, "{\"error\":{\"message\":\"limit: 0.5 of 1\"}}").next, Next::Retry);
    let bad_key = "[{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API key.\"}}]";
    assert!(matches!(read(400, bad_key).error, ModelError::Unauthorized(_)));
    let no_access = "{\"error\":{\"code\":\"model_not_found\",\"message\":\"no access\"}}";
    assert_eq!(read(403, no_access).next, Next::OtherModel);
    assert!(matches!(read(401, "").error, ModelError::Unauthorized(_)));
    assert!(matches!(read(404, "<html>").error, ModelError::NoSuchModel(_)));
    assert!(matches!(read(402, "").error, ModelError::RateLimited(_)));
    assert!(matches!(read(302, "").error, ModelError::Refused(_)));
    assert!(matches!(read(502, "<html>").error, ModelError::Unavailable(_)));
}

#[test]
fn retry_after_in_seconds_or_as_a_date() {
    let read = |headers: &[(http::HeaderName, &str)]| {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), http::HeaderValue::from_str(value).unwrap()))
            .collect();
        errors::in_response(http::StatusCode::SERVICE_UNAVAILABLE, &headers, "")
            .wait
            .map(|wait| wait.as_millis())
    };
    let after = http::header::RETRY_AFTER;
    assert_eq!(read(&[(after.clone(), "3")]), Some(3000));
    assert_eq!(read(&[(after.clone(), "0.5")]), Some(500));
    assert_eq!(read(&[(after.clone(), "-1")]), None);
    assert_eq!(read(&[(after.clone(), "soon")]), None);
    let now = (http::header::DATE, "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_eq!(read(&[(after.clone(), "Wed, 21 Oct 2026 07:28:09 GMT"), now.clone()]), Some(9000));
    assert_eq!(read(&[(after, "Wed, 21 Oct 2026 07:27:00 GMT"), now]), Some(0));
}

#[test]
fn causes_are_short_and_hold_no_key() {
    let body = format!(
        "{{\"error\":{{\"message\":\"Wrong\\n key {} sk-secret {}\"}}}}",
        "x".repeat(380),
        "y".repeat(500)
    );
    let failure = errors::in_response(http::StatusCode::UNAUTHORIZED, &http::HeaderMap::new(), &body).printable("sk-secret");
    let ModelError::Unauthorized(cause) = failure.error else {
        panic!("{failure:?}")
    };
    assert!(
        cause.starts_with("401: Wrong key xxx") && !cause.contains("sk-") && cause.len() <= 400,
        "{cause}"
    );
}
