-- What became of the mail lately is shown without reading all that ever was.
CREATE INDEX mail_final ON mail (final_ms) WHERE final_ms IS NOT NULL;
