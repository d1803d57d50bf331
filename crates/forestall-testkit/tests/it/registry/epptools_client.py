# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

"""A registrar's day by epptools. Arguments: port, account, password; the certificates lie in the present folder."""

import sys

from epptools import Client, Config
from epptools.exceptions import EppException

port, account, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
config = Config(
    host="localhost", port=port, clid=account, password=password,
    ca_file="authority.pem", client_cert="client.pem", client_key="client.key",
)


def is_(found, expected):
    assert found == expected, (found, expected)


def refused(code, call):
    try:
        answer = call()
    except EppException as error:
        is_(error.epp_code, code)
        return
    is_(answer.code(), code)


client = Client(config)
greeting = client.connect()
is_(len(greeting.service_obj_uris()), 3)
is_(len(greeting.service_ext_uris()), 3)
refused(2002, lambda: client.domain.check(["abcdef.com"]))
is_(client.login().code(), 1000)
client.hello()

# Checks, with prices.
checked = client.domain.check(["abcdef.com", "reserved.com", "premium.com", "elsewhere.org"], fee={"create": [1, 2], "renew": 1})
is_(checked.availability(), {"abcdef.com": True, "reserved.com": False, "premium.com": True, "elsewhere.org": False})
is_(checked.unavailable_reason("reserved.com"), "Reserved by the registry")
is_(checked.fee_for("abcdef.com", "create", 2), "20.00")
is_(checked.fee_for("premium.com", "create", 1), "2500.00")
assert checked.is_premium("premium.com") and not checked.is_premium("abcdef.com")

# A name for the sinkhole, with a record of DNSSEC.
ds = {"key_tag": 12345, "alg": 13, "digest_type": 2, "digest": "AB" * 32}
servers = ["ns1.sinkhole.example", "ns2.sinkhole.example"]
created = client.domain.create(
    "abcdef.com", years=1, registrant="sh8013", contacts={"tech": "sh8013"}, nameservers=servers, auth_info="secret-2009",
    sec_dns={"ds_data": [ds]}, fee="10.00",
)
is_(created.code(), 1000)
is_(created.expiry_date(), "2027-11-23T00:00:00Z")
is_(created.charged_fee()["fee"], "10.00")
refused(2302, lambda: client.domain.create("abcdef.com", years=1, auth_info="secret-2009"))
refused(2306, lambda: client.domain.create("reserved.com", years=1, auth_info="secret-2009"))
refused(2003, lambda: client.domain.create("premium.com", years=1, auth_info="secret-2009"))
refused(2004, lambda: client.domain.create("premium.com", years=1, auth_info="secret-2009", fee="10.00"))
refused(2303, lambda: client.domain.create("fresh.com", years=1, auth_info="secret-2009", nameservers=["ns9.nowhere.example"]))

info = client.domain.info("abcdef.com")
is_(info.statuses(), ["ok"])
is_(info.nameservers(), servers)
is_((info.sponsor(), info.created_by(), info.registrant()), (account, account, "sh8013"))
is_(info.auth_info(), "secret-2009")
is_(info.rgp_status(), ["addPeriod"])
is_(len(info.ds_records()), 1)
refused(2303, lambda: client.domain.info("nobody.com"))

# Locks, other servers, no DNSSEC; all at once.
updated = client.domain.update(
    "abcdef.com",
    add={"statuses": ["clientTransferProhibited", "clientDeleteProhibited"]},
    rem={"ns": ["ns2.sinkhole.example"]},
    chg={"auth_info": ""},
    sec_dns={"rem_all": True},
)
is_(updated.code(), 1000)
info = client.domain.info("abcdef.com")
is_(sorted(info.statuses()), ["clientDeleteProhibited", "clientTransferProhibited"])
is_(info.nameservers(), ["ns1.sinkhole.example"])
assert not info.is_signed()
is_(info.updated_by(), account)
refused(2306, lambda: client.domain.update("abcdef.com", add={"statuses": ["serverHold"]}))
refused(2304, lambda: client.domain.delete("abcdef.com"))
is_(client.domain.renew("abcdef.com", "2027-11-23", 2).expiry_date(), "2029-11-23T00:00:00Z")
refused(2004, lambda: client.domain.renew("abcdef.com", "2027-11-23", 2))

# Hosts and contacts.
is_(client.host.check(["ns1.abcdef.com", "ns1.sinkhole.example"]).availability(), {"ns1.abcdef.com": True, "ns1.sinkhole.example": False})
is_(client.host.create("ns1.abcdef.com", ["192.0.2.1", "2001:db8::1"]).code(), 1000)
is_(sorted(address["ip"] for address in client.host.info("ns1.abcdef.com").host_addresses()), ["192.0.2.1", "2001:db8::1"])
is_(client.host.update("ns1.abcdef.com", rem_addresses=["192.0.2.1"]).code(), 1000)
refused(2305, lambda: client.host.delete("ns1.sinkhole.example"))
is_(client.contact.create("sh8014", name="Sinkhole <Two>", city="Exampleton", cc="CH", email="two@operations.example", auth_info="pw").code(), 1000)
is_(client.contact.info("sh8014").email(), "two@operations.example")
is_(client.contact.check(["sh8014", "sh8015"]).availability(), {"sh8014": False, "sh8015": True})
is_(client.contact.delete("sh8014").code(), 1000)

# The queue.
first = client.poll.request()
is_((first.code(), first.message_count(), first.queue_message()), (1301, 2, "Welcome."))
is_(client.poll.ack(first.message_id()).code(), 1000)
second = client.poll.request()
is_(second.queue_message(), "Maintenance <on> Sunday & Monday.")
is_(client.poll.ack(second.message_id()).message_count(), 0)
is_(client.poll.request().code(), 1300)

# What is deleted in its first days is gone at once, and paid back.
is_(client.domain.create("fleeting.com", years=2, auth_info="secret-2009").code(), 1000)
is_(client.domain.delete("fleeting.com").code(), 1000)
is_(client.domain.check(["fleeting.com"]).is_available("fleeting.com"), True)

# What is deleted later can be restored.
is_(client.domain.delete("old.com").code(), 1001)
info = client.domain.info("old.com")
is_((sorted(info.statuses()), info.rgp_status()), (["inactive", "pendingDelete"], ["redemptionPeriod"]))
restored = client.domain.restore("old.com", fee="40.00")
is_((restored.code(), restored.rgp_status(), restored.charged_fee()["fee"]), (1000, ["pendingRestore"], "40.00"))

# Transfers.
refused(2202, lambda: client.domain.transfer("request", "wanted.com", "guess-2009"))
refused(2304, lambda: client.domain.transfer("request", "locked.com", "guess-2009"))
asked = client.domain.transfer("request", "wanted.com", "secret-2009", 1)
is_((asked.code(), asked.transfer_status()), (1001, "pending"))
is_(client.domain.transfer("query", "wanted.com").transfer_status(), "pending")
is_(client.domain.transfer("cancel", "wanted.com").transfer_status(), "clientCancelled")

is_(client.logout().code(), 1500)
client.disconnect()
print("all was as expected")
