//! The scenes: who belongs together, and who only looks like it.

use super::*;

impl Maker {
    /// One scene, the plain ones most often.
    pub(super) fn scene(&mut self) {
        match self.rng.random_range(0..100u32) {
            0..=33 => self.single(),
            34..=55 => self.one_contact(),
            56..=65 => self.contacts_in_turn(),
            66..=69 => self.ring(),
            70..=72 => self.succession(),
            73..=78 => self.text_and_picture(),
            79..=81 => self.name_and_text(),
            82..=83 => self.backup_account(),
            84..=85 => self.help_line(),
            86..=87 => self.news_link(),
            88..=89 => self.slogan(),
            90..=91 => self.one_digit_apart(),
            92..=93 => self.critic(),
            94..=95 => self.recycled_number(),
            96 => self.stolen_picture(),
            97 => self.copied_advert(),
            98 => self.reseller(),
            _ => self.directory(),
        }
    }

    fn single(&mut self) {
        let (group, style, contact) = (self.group(), self.style(), self.contact());
        let account = self.account(group, "single");
        self.adverts(&account, style, &[vec![contact]], 0..60);
    }

    fn one_contact(&mut self) {
        let (group, contact) = (self.group(), self.contact());
        for account in self.accounts(group, "one_contact") {
            let style = self.style();
            self.adverts(&account, style, &[vec![contact.clone()]], 0..60);
        }
    }

    fn contacts_in_turn(&mut self) {
        let (group, style) = (self.group(), self.style());
        let contacts = [self.phone(), self.handle_contact(), self.phone()];
        let together = vec![contacts[0].clone(), contacts[1].clone()];
        let offers = [vec![contacts[0].clone()], vec![contacts[1].clone()], together];
        let offers: Vec<Vec<Contact>> =
            if self.rng.random_ratio(1, 2) { offers.to_vec() } else { contacts.iter().map(|contact| vec![contact.clone()]).collect() };
        for account in self.accounts(group, "contacts_in_turn") {
            self.adverts(&account, style, &offers, 0..60);
        }
    }

    fn ring(&mut self) {
        let group = self.group();
        let accounts = self.accounts(group, "ring");
        let contacts: Vec<Contact> = accounts.iter().map(|_| self.phone()).collect();
        for (index, account) in accounts.iter().enumerate() {
            let style = self.style();
            for contact in contacts.iter().cycle().skip(index).take(2) {
                self.advert_of(account, style, std::slice::from_ref(contact), 0..60, None);
            }
        }
    }

    /// A new number after the old one was given up.
    fn succession(&mut self) {
        let (group, old, new) = (self.group(), self.phone(), self.phone());
        let accounts = self.accounts(group, "succession");
        for (index, account) in accounts.iter().enumerate() {
            let style = self.style();
            if index == 0 || index % 2 == 1 {
                self.advert_of(account, style, std::slice::from_ref(&old), 0..30, None);
            }
            if index == 0 || index % 2 == 0 {
                self.advert_of(account, style, std::slice::from_ref(&new), 31..60, None);
            }
        }
    }

    fn text_and_picture(&mut self) {
        let (group, style, picture) = (self.group(), self.style(), self.picture());
        for account in self.accounts(group, "text_and_picture") {
            for _ in 0..2 {
                self.advert_of(&account, style, &[], 0..60, Some(&picture));
            }
        }
    }

    fn name_and_text(&mut self) {
        let (group, style) = (self.group(), self.style());
        let name = format!("{}{}", self.word(), self.word());
        for suffix in ["", "_bis", "2", ".off"] {
            let account = Account { handle: format!("{name}{suffix}"), ..self.account(group, "name_and_text") };
            self.advert_of(&account, style, &[], 0..60, None);
        }
    }

    /// An account that points to its own other one.
    fn backup_account(&mut self) {
        let (group, style) = (self.group(), self.style());
        let name = format!("{}_fictif{}", self.word(), self.rng.random_range(0..10_000u32));
        let other = self.account(group, "backup_account");
        let other = Account { network: "snapchat", handle: name.clone(), ..other };
        if let Some(truth) = self.suite.accounts.last_mut() {
            truth.network = "snapchat";
        }
        self.advert_of(&other, style, &[], 0..60, None);
        let account = self.account(group, "backup_account");
        let style = self.style();
        self.advert_of(&account, style, &[Contact::Handle("snapchat", name)], 0..60, None);
    }

    // ---- traps

    fn help_line(&mut self) {
        // Once each: a number that few adverts quote is what only the allow-list knows.
        let Some(line) = HELP_LINES.get(self.help_lines) else { return self.single() };
        self.help_lines += 1;
        for _ in 0..self.rng.random_range(3..19u32) {
            let (group, style) = (self.group(), self.style());
            let account = self.account(group, "help_line");
            let about = self.pick(&["En cas de problème Drogues Info Service", "besoin de parler ?", "numéro utile :", "SOS"]);
            let text = format!("{}. {about} {line}", self.advert(style, &[]));
            let day = self.rng.random_range(0..60);
            self.post(&account, day, &text, Attached::default());
        }
    }

    fn news_link(&mut self) {
        let site = self.pick(&["www.ladepeche.fr", "www.ouest-france.fr", "actu.fr", "news.example.org"]);
        let path = self.word();
        for _ in 0..self.rng.random_range(3..15u32) {
            let (group, style) = (self.group(), self.style());
            let account = self.account(group, "news_link");
            let text = format!("{} https://{site}/{path}/article", self.advert(style, &[]));
            let day = self.rng.random_range(0..60);
            self.post(&account, day, &text, Attached::default());
        }
    }

    /// The same praise in adverts of different sellers, each with a contact of its own.
    fn slogan(&mut self) {
        let slogan = self.pick(&[
            "service rapide, discret et sérieux, satisfait ou remboursé, le client est roi",
            "qualité livraison rapidité, n°1 de la ville depuis 2015, avis vérifiés",
        ]);
        for _ in 0..self.rng.random_range(3..12u32) {
            let (group, contact) = (self.group(), self.contact());
            let account = self.account(group, "slogan");
            let (city, goods, contact) = (self.pick(&CITIES), self.pick(&GOODS), self.written(&contact));
            let day = self.rng.random_range(0..60);
            self.post(&account, day, &format!("{goods} dispo {city} {contact} {slogan}"), Attached::default());
        }
    }

    fn one_digit_apart(&mut self) {
        self.neighbourhoods += 1;
        for digit in 0..4 {
            let (group, style) = (self.group(), self.style());
            let account = self.account(group, "one_digit_apart");
            // Landlines of fiction, so that no other scene has the number.
            let number = (self.neighbourhoods * 10 + digit) % 10_000;
            let text = format!("{}, appelle le 01 99 00 {:02} {:02}", self.advert(style, &[]), number / 100, number % 100);
            let day = self.rng.random_range(0..60);
            self.post(&account, day, &text, Attached::default());
        }
    }

    /// Somebody quotes two sellers' adverts and is shocked.
    fn critic(&mut self) {
        let mut quoted = Vec::new();
        for _ in 0..2 {
            let (group, contact) = (self.group(), self.contact());
            for account in self.accounts(group, "critic_sellers") {
                let style = self.style();
                self.adverts(&account, style, &[vec![contact.clone()]], 0..60);
                quoted.push(self.advert(style, std::slice::from_ref(&contact)));
            }
        }
        let group = self.group();
        let account = self.account(group, "critic");
        for text in quoted.iter().step_by(2) {
            let (text, repost) = match self.rng.random_range(0..5u32) {
                0 => (format!("Voilà ce qu'on lit sur ce réseau : « {text} » et personne ne fait rien"), false),
                1 => (format!("{text}\nsignalez ce compte svp"), false),
                2 => (format!("\"{text}\" dans le fil de ma fille, merci la plateforme"), false),
                3 => (text.clone(), true),
                _ => (format!("ce vendeur pollue tout : {text}"), false),
            };
            let day = self.rng.random_range(0..60);
            self.post(&account, day, &text, Attached { picture: None, repost });
        }
    }

    fn recycled_number(&mut self) {
        let phone = self.phone();
        for days in [0..20, 140..160] {
            let group = self.group();
            for account in self.accounts(group, "recycled_number") {
                let style = self.style();
                self.adverts(&account, style, &[vec![phone.clone()]], days.clone());
            }
        }
    }

    fn stolen_picture(&mut self) {
        let picture = self.picture();
        for _ in 0..self.rng.random_range(2..8u32) {
            let (group, style, contact) = (self.group(), self.style(), self.contact());
            let account = self.account(group, "stolen_picture");
            self.advert_of(&account, style, &[contact], 0..60, Some(&picture));
        }
    }

    /// Text and picture of another seller with a number of one's own.
    fn copied_advert(&mut self) {
        let (style, picture) = (self.style(), self.picture());
        for _ in 0..self.rng.random_range(2..5u32) {
            let (group, phone) = (self.group(), self.phone());
            let account = self.account(group, "copied_advert");
            self.advert_of(&account, style, &[phone], 0..60, Some(&picture));
        }
    }

    fn reseller(&mut self) {
        let mut contacts = Vec::new();
        for _ in 0..self.rng.random_range(2..5u32) {
            let (group, contact) = (self.group(), self.contact());
            let accounts = if self.rng.random_ratio(1, 2) { vec![self.account(group, "reseller_sellers")] } else { self.accounts(group, "reseller_sellers") };
            for account in accounts {
                let style = self.style();
                self.adverts(&account, style, &[vec![contact.clone()]], 0..60);
            }
            contacts.push(contact);
        }
        let (group, style) = (self.group(), self.style());
        let account = self.account(group, "reseller");
        for contact in contacts.iter().cycle().take(contacts.len() * 2) {
            self.advert_of(&account, style, std::slice::from_ref(contact), 0..60, None);
        }
    }

    /// A list of other people's contacts.
    fn directory(&mut self) {
        let mut listed = Vec::new();
        for _ in 0..4 {
            let (group, style, contact) = (self.group(), self.style(), self.phone());
            let account = self.account(group, "directory_sellers");
            self.adverts(&account, style, &[vec![contact.clone()]], 0..60);
            listed.push(contact);
        }
        let group = self.group();
        let account = self.account(group, "directory");
        let contacts: Vec<String> = listed.iter().map(|contact| self.written(contact)).collect();
        let (city, goods, day) = (self.pick(&CITIES), self.pick(&GOODS), self.rng.random_range(0..60));
        self.post(&account, day, &format!("les bons plans {goods} dispo {city} : {}", contacts.join(" / ")), Attached::default());
    }

    /// Many accounts share one link or one picture.
    pub(super) fn flood(&mut self, scene: &'static str, accounts: usize) {
        let picture = self.picture();
        for _ in 0..accounts {
            let (group, style) = (self.group(), self.style());
            let account = self.account(group, scene);
            if scene == "popular_picture" {
                self.advert_of(&account, style, &[], 0..60, Some(&picture));
            } else {
                let text = format!("{} t.me/fictif_populaire", self.advert(style, &[]));
                let day = self.rng.random_range(0..60);
                self.post(&account, day, &text, Attached::default());
            }
        }
    }
}
