//! The filtered stream, and the compliance stream beside it.

use std::{sync::Arc, time::Duration};

use super::{Envelope, FIELDS, RuleSet, XAccount, id_of};
use crate::{
    Listener, Loss, Settings, Source,
    feed::{Feed, Session},
    http::Polled,
    sse::Lines,
};

/// Posts that are paid ahead.
const AHEAD: u64 = 20;
/// A line break comes every 20 seconds where nothing else does.
const KEEP_ALIVE: Duration = Duration::from_secs(45);

/// What to read of X as it happens.
#[derive(Debug, Clone)]
pub enum XStream {
    /// The posts that the rules let through.
    Filtered {
        /// What the watches ask for: the stream is read only while the server has the same rules.
        rules: RuleSet,
        /// Minutes that the server sends again after a loss, 1 to 5, where the contract has that.
        backfill_minutes: Option<u8>,
        /// Whether gaps are filled by recent search; its posts are paid like others.
        catch_up: bool,
    },
    /// What became of posts since; a part of a stream that only some contracts have. Costs nothing.
    Compliance {
        /// 1 to 4.
        partition: u8,
    },
}

/// A source that reads one of these streams.
#[must_use]
pub fn x_stream(settings: &Settings, account: Arc<XAccount>, what: XStream, listener: Listener) -> Source {
    let session = Reader { account, what, most: settings.max_message, ahead: 0 };
    Source::new(&settings.name, settings.backoff, listener, session)
}

/// Path and parameters.
type Asked = (&'static str, Vec<(&'static str, String)>);

struct Reader {
    account: Arc<XAccount>,
    what: XStream,
    most: usize,
    /// Posts that are paid and did not come yet.
    ahead: u64,
}

impl Session for Reader {
    fn session(&mut self, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let read = self.read(feed);
        let unread = std::mem::take(&mut self.ahead).saturating_mul(self.account.price.read);
        let settled = self.account.take_back(unread);
        feed.spent(self.account.spending());
        read.and_then(|()| settled.map(drop))
    }
}

impl Reader {
    fn read(&mut self, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let (path, query) = self.request(feed)?;
        self.pay_ahead(feed)?;
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut answer = self.account.client.get(&self.account.address(path, &query)?, &[])?.ok()?;
        feed.connected(feed.cursor());
        self.catch_up(feed)?;
        let mut lines = Lines::new(self.most);
        while feed.tick() {
            match answer.body.poll(KEEP_ALIVE)? {
                Polled::Part(part) => lines.push(&part),
                Polled::Nothing => continue,
                Polled::End => return Err(Loss::Closed),
            }
            while let Some(line) = lines.next()? {
                if !line.trim_ascii().is_empty() {
                    self.take(&line, feed)?;
                }
            }
        }
        Ok(())
    }

    /// What to ask for, once the rules are what they should be.
    fn request(&self, feed: &Feed<'_>) -> Result<Asked, Loss> {
        match &self.what {
            XStream::Compliance { partition } => Ok(("/2/tweets/compliance/stream", vec![("partition", partition.to_string())])),
            XStream::Filtered { rules, backfill_minutes, .. } => {
                if !rules.diff(self.account.rules()?).is_empty() {
                    return Err(Loss::Rules);
                }
                let mut query = vec![("tweet.fields", FIELDS.to_owned())];
                let again = backfill_minutes.filter(|_| feed.cursor().is_some());
                query.extend(again.map(|minutes| ("backfill_minutes", minutes.clamp(1, 5).to_string())));
                Ok(("/2/tweets/search/stream", query))
            }
        }
    }

    fn is_paid(&self) -> bool {
        matches!(self.what, XStream::Filtered { .. })
    }

    fn pay_ahead(&mut self, feed: &Feed<'_>) -> Result<(), Loss> {
        if self.is_paid() && self.ahead == 0 {
            let spending = self.account.pay(AHEAD.saturating_mul(self.account.price.read))?;
            self.ahead = AHEAD;
            feed.spent(spending);
        }
        Ok(())
    }

    /// Takes a message; the next one is paid before it is read.
    fn take(&mut self, line: &[u8], feed: &mut Feed<'_>) -> Result<(), Loss> {
        let envelope: Envelope<'_> = match serde_json::from_slice(line) {
            Ok(envelope) => envelope,
            Err(_) => {
                // The decoder says what is wrong with it.
                feed.record(line, 0);
                return Ok(());
            }
        };
        let Some(data) = envelope.data else {
            let error = envelope.errors.into_iter().flatten().next().and_then(|error| error.title);
            return Err(Loss::Ended(crate::loss::plain(error.as_deref().unwrap_or("without a reason"))));
        };
        feed.record(line, if self.is_paid() { id_of(data.get()) } else { 0 });
        if self.is_paid() {
            self.ahead = self.ahead.saturating_sub(1);
            self.pay_ahead(feed)?;
        }
        Ok(())
    }

    /// Searches for what was posted while nobody listened. The newest come first, so that the cursor moves only at the end.
    fn catch_up(&self, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let XStream::Filtered { rules, catch_up: true, .. } = &self.what else { return Ok(()) };
        let Some(cursor) = feed.cursor() else { return Ok(()) };
        let since = cursor.to_string();
        let mut newest = cursor;
        for rule in rules.rules() {
            let searched = self.account.search(&rule.value, &[("since_id", &since)], &mut |post| {
                newest = newest.max(id_of(post));
                feed.record(post.as_bytes(), 0);
                feed.tick()
            });
            feed.spent(self.account.spending());
            match searched {
                // Older than the seven days that are searched.
                Err(Loss::Refused { status: 400, .. }) => feed.problem(&Loss::Cursor),
                searched => searched?,
            }
        }
        if !feed.is_over() {
            feed.set_cursor(newest);
        }
        Ok(())
    }
}
