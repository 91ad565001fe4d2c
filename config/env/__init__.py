"""The environment, read once: values, NAME_FILE secrets, and one clear line when something is wrong."""

from config.env.folders import folder, private_folder
from config.env.hosts import allowed_hosts, host_of, hosts, is_ip, is_local, origin_of, site_url, trusted_origins
from config.env.keys import flower_log_in, secret_key
from config.env.mail import anymail, email
from config.env.server_urls import brokers, cache, check_servers, database
from config.env.source import check_names, load, stop, text, warn
from config.env.urls import url
from config.env.values import address, amounts, bare_address, choice, flag, number, port, rate, roles, words

__all__ = [
    "address",
    "allowed_hosts",
    "amounts",
    "anymail",
    "bare_address",
    "brokers",
    "cache",
    "check_names",
    "check_servers",
    "choice",
    "database",
    "email",
    "flag",
    "flower_log_in",
    "folder",
    "host_of",
    "hosts",
    "is_ip",
    "is_local",
    "load",
    "number",
    "origin_of",
    "port",
    "private_folder",
    "rate",
    "roles",
    "secret_key",
    "site_url",
    "stop",
    "text",
    "trusted_origins",
    "url",
    "warn",
    "words",
]
