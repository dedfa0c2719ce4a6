//! Business application header, head.001.001.02.

use super::ExportError;
use super::xml::Xml;
use crate::identifier::Bic;

/// The envelope that says who sends which message to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessHeader {
    /// Sender.
    pub from: Bic,
    /// Receiver.
    pub to: Bic,
    /// The sender's identifier of the message, at most 35 characters.
    pub business_message_identifier: String,
    /// The message's definition, such as `pacs.008.001.08`.
    pub message_definition_identifier: String,
    /// When the message was made.
    pub creation_date: jiff::Timestamp,
}

impl BusinessHeader {
    /// Writes the header.
    ///
    /// # Errors
    /// An identifier is empty or too long.
    pub fn to_xml(&self) -> Result<String, ExportError> {
        let mut xml = Xml::new();
        xml.try_within("AppHdr", &[("xmlns", "urn:iso:std:iso:20022:tech:xsd:head.001.001.02")], |xml| {
            for (name, bic) in [("Fr", &self.from), ("To", &self.to)] {
                xml.within(name, &[], |xml| {
                    xml.within("FIId", &[], |xml| {
                        xml.within("FinInstnId", &[], |xml| xml.leaf("BICFI", &[], bic));
                    });
                });
            }
            xml.bounded("BizMsgIdr", 35, &self.business_message_identifier)?;
            xml.bounded("MsgDefIdr", 35, &self.message_definition_identifier)?;
            xml.leaf("CreDt", &[], date_time(self.creation_date));
            Ok(())
        })?;
        Ok(xml.finish())
    }
}

/// ISO 20022 date and time, in UTC to the millisecond.
pub(super) fn date_time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
