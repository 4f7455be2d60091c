//! Mail: composing a message whole, and handing it to a relay step by step, so that it is known at which step it failed.

use std::time::Duration;

use lettre::{
    Address, Message,
    message::{Attachment as Part, MultiPart, SinglePart, header::ContentType},
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{SmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};

use crate::Attempt;

/// A file that travels with a mail.
#[derive(Debug)]
pub struct Attachment {
    /// Name.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A mail that cannot be composed.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Not an address.
    #[error("{0:?} is not a mail address")]
    Address(String),
    /// The library refuses it.
    #[error("the mail cannot be composed: {0}")]
    Compose(String),
}

/// A mail as it will be sent. Its Message-ID is made of the idempotency key, so that a relay or reader that sees it twice can tell.
///
/// # Errors
/// An address is none.
pub fn compose(key: &str, from: &str, to: &str, subject: &str, body: &str, attachments: Vec<Attachment>) -> Result<String, MailError> {
    let mailbox = |text: &str| text.parse().map_err(|_| MailError::Address(text.to_owned()));
    let sender: lettre::message::Mailbox = mailbox(from)?;
    let id = format!("<{}@{}>", key.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '.', "-"), sender.email.domain());
    let failed = |error: &dyn std::fmt::Display| MailError::Compose(error.to_string());
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(body.to_owned()));
    for attachment in attachments {
        let kind = ContentType::parse(attachment.media_type).map_err(|error| failed(&error))?;
        parts = parts.singlepart(Part::new(attachment.name).body(attachment.bytes, kind));
    }
    let message = Message::builder().from(sender).to(mailbox(to)?).subject(subject).message_id(Some(id)).multipart(parts).map_err(|error| failed(&error))?;
    String::from_utf8(message.formatted()).map_err(|error| failed(&error))
}

/// A relay.
pub(crate) struct Relay<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) plain: bool,
    pub(crate) login: Option<(String, String)>,
}

/// Hands a mail to a relay.
pub(crate) fn send(relay: &Relay<'_>, from: &str, to: &str, message: &str) -> Attempt {
    let (Ok(from), Ok(to)) = (address(from), address(to)) else { return Attempt::Refused("sender or receiver is not a mail address".into()) };
    let mut connection = match connect(relay) {
        Ok(connection) => connection,
        Err(error) => return Attempt::NotDelivered(format!("the relay cannot be used: {error}")),
    };
    let attempt = hand_over(&mut connection, from, to, message);
    // The relay has answered; how it ends the connection changes nothing.
    drop(connection.quit());
    attempt
}

fn address(text: &str) -> Result<Address, MailError> {
    let mailbox: Result<lettre::message::Mailbox, _> = text.parse();
    mailbox.map(|mailbox| mailbox.email).map_err(|_| MailError::Address(text.to_owned()))
}

fn connect(relay: &Relay<'_>) -> Result<SmtpConnection, SmtpError> {
    /// SMTPS: TLS from the first byte.
    const SMTPS: u16 = 465;
    let hello = ClientId::default();
    let tls = if relay.plain { None } else { Some(TlsParameters::new(relay.host.to_owned())?) };
    let from_start = tls.as_ref().filter(|_| relay.port == SMTPS);
    let mut connection = SmtpConnection::connect((relay.host, relay.port), Some(Duration::from_secs(60)), &hello, from_start, None)?;
    if let Some(tls) = tls.as_ref().filter(|_| relay.port != SMTPS) {
        // Fails where the relay has no TLS: a notice does not cross a network in the clear unless the operator says so.
        connection.starttls(tls, &hello)?;
    }
    if let Some((user, password)) = &relay.login {
        connection.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), password.clone()))?;
    }
    Ok(connection)
}

/// Everything before the content. Where the relay fails here, nothing of the mail has arrived.
fn envelope(connection: &mut SmtpConnection, from: Address, to: Address) -> Result<(), SmtpError> {
    let international = !(from.to_string() + to.as_ref()).is_ascii() && connection.server_info().supports_feature(Extension::SmtpUtfEight);
    let parameters = if international { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
    connection.command(Mail::new(Some(from), parameters))?;
    connection.command(Rcpt::new(to, Vec::new()))?;
    connection.command(Data)?;
    Ok(())
}

fn hand_over(connection: &mut SmtpConnection, from: Address, to: Address, message: &str) -> Attempt {
    if let Err(error) = envelope(connection, from, to) {
        return if error.is_permanent() { Attempt::Refused(words(&error)) } else { Attempt::NotDelivered(words(&error)) };
    }
    match connection.message(message.as_bytes()) {
        Ok(answer) => Attempt::Delivered(answer.first_line().map(str::to_owned)),
        Err(error) if error.is_permanent() => Attempt::Refused(words(&error)),
        Err(error) if error.is_transient() => Attempt::NotDelivered(words(&error)),
        // The relay may have taken it before the connection failed.
        Err(error) => Attempt::Unknown(words(&error)),
    }
}

/// Status and class of an error; what a relay writes may hold addresses.
fn words(error: &SmtpError) -> String {
    match error.status() {
        Some(code) => format!("the relay answers {code}"),
        None if error.is_timeout() => "the relay does not answer in time".into(),
        None => "the connection to the relay broke".into(),
    }
}
