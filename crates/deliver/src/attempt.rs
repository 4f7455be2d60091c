//! How an attempt to deliver ended.

/// What is known of a message after an attempt. The difference between "not delivered" and "unknown" is what keeps a receiver from getting
/// a message twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The receiver took it; its reference, if it gave one.
    Delivered(Option<String>),
    /// It certainly did not arrive: nothing was sent, or the receiver said that it could not take it now.
    NotDelivered(String),
    /// The receiver does not take it, and will not.
    Refused(String),
    /// It was sent, and no answer came.
    Unknown(String),
}

impl Attempt {
    /// From the status of an HTTP answer to the message itself.
    pub(crate) fn of_status(status: u16, receipt: Option<String>) -> Self {
        match status {
            200..=299 => Self::Delivered(receipt),
            // The server says that it did not handle the request.
            408 | 425 | 429 | 503 => Self::NotDelivered(format!("the receiver is busy (status {status})")),
            // It may have failed before or after it wrote the report down.
            500..=599 => Self::Unknown(format!("the receiver failed (status {status})")),
            _ => Self::Refused(format!("the receiver refuses it (status {status})")),
        }
    }

    /// An answer to a request that prepares the message, such as logging in: the message itself has not left.
    pub(crate) fn of_preparation(status: u16, what: &str) -> Self {
        match status {
            401 | 403 => Self::NotDelivered(format!("{what} is refused (status {status}): check the account and its secret")),
            _ => Self::NotDelivered(format!("{what} failed (status {status})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_certainly_did_not_arrive_is_tried_again() {
        let kind = |status| match Attempt::of_status(status, None) {
            Attempt::Delivered(_) => "delivered",
            Attempt::NotDelivered(_) => "again",
            Attempt::Refused(_) => "refused",
            Attempt::Unknown(_) => "unknown",
        };
        assert_eq!(
            [200, 201, 429, 503, 400, 404, 422, 500, 502, 504].map(kind),
            ["delivered", "delivered", "again", "again", "refused", "refused", "refused", "unknown", "unknown", "unknown"]
        );
    }
}
