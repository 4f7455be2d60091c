-- Finds and sampled posts of an account are looked for when the account is gone.
CREATE INDEX find_author ON find (author_id) WHERE author_id IS NOT NULL;
CREATE INDEX sampled_author ON sampled (author) WHERE author IS NOT NULL;
