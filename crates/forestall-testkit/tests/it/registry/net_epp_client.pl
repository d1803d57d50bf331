# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

# A registrar's day by Net::EPP. Arguments: port, account, password; the certificates lie in the present folder.

use strict;
use warnings;
use Net::EPP::Simple;
use Net::EPP::Frame;

my ($port, $account, $password) = @ARGV;

sub is_ {
    my ($found, $expected) = @_;
    die "found $found, expected $expected: $Net::EPP::Simple::Error" unless defined $found && $found eq $expected;
}

sub code { is_($Net::EPP::Simple::Code, $_[0]) }

my $epp = Net::EPP::Simple->new(
    host => 'localhost', port => $port, user => $account, pass => $password, timeout => 30, reconnect => 0,
    cert => 'client.pem', key => 'client.key', verify => 1, ca_file => 'authority.pem',
);
die "no session: $Net::EPP::Simple::Error ($Net::EPP::Simple::Code)" unless defined $epp;
code(1000);
die 'it does not answer' unless $epp->ping;

is_($epp->check_domain('abcdef.com'), 1);
is_($epp->check_domain('reserved.com'), 0);
is_($epp->check_contact('sh8013'), 0);

is_($epp->create_contact({
    id => 'sh8016', email => 'four@operations.example', voice => '+41.440000000', authInfo => 'secret-2009',
    postalInfo => { int => { name => 'Sinkhole Four', addr => { street => ['1 Example Street'], city => 'Exampleton', pc => '8000', cc => 'CH' } } },
}), 1);
is_($epp->contact_info('sh8016')->{'postalInfo'}->{'int'}->{'addr'}->{'city'}, 'Exampleton');

is_($epp->create_domain({
    name => 'abcdef.com', period => 2, registrant => 'sh8016', contacts => { tech => 'sh8016' }, authInfo => 'secret-2009',
    ns => ['ns1.sinkhole.example', 'ns2.sinkhole.example'],
}), 1);
is_($epp->check_domain('abcdef.com'), 0);
my $info = $epp->domain_info('abcdef.com');
is_($info->{'clID'}, $account);
is_($info->{'exDate'}, '2028-11-23T00:00:00Z');
is_(join(' ', @{$info->{'ns'}}), 'ns1.sinkhole.example ns2.sinkhole.example');
is_(join(' ', @{$info->{'status'}}), 'ok');
die 'a name that nobody has' if defined $epp->domain_info('nobody.com');
code(2303);

is_($epp->update_domain({
    name => 'abcdef.com',
    add => { status => ['clientTransferProhibited', 'clientUpdateProhibited'] },
    rem => { ns => ['ns2.sinkhole.example'] },
}), 1);
is_(join(' ', sort @{$epp->domain_info('abcdef.com')->{'status'}}), 'clientTransferProhibited clientUpdateProhibited');
die 'the lock does not hold' if defined $epp->update_domain({ name => 'abcdef.com', chg => { authInfo => 'another-2009' } });
code(2304);
is_($epp->update_domain({ name => 'abcdef.com', rem => { status => ['clientUpdateProhibited'] } }), 1);
is_($epp->renew_domain({ name => 'abcdef.com', cur_exp_date => '2028-11-23', period => 1 }), 1);

is_($epp->create_host({ name => 'ns1.abcdef.com', addrs => [{ ip => '192.0.2.1', version => 'v4' }] }), 1);
is_($epp->host_info('ns1.abcdef.com')->{'addrs'}->[0]->{'addr'}, '192.0.2.1');
is_($epp->delete_host('ns1.abcdef.com'), 1);

# The queue has no short form.
my $ns = 'urn:ietf:params:xml:ns:epp-1.0';
for my $expected ('Welcome.', 'Maintenance <on> Sunday & Monday.') {
    my $answer = $epp->request(Net::EPP::Frame::Command::Poll::Req->new);
    is_($answer->code, 1301);
    my $queue = $answer->getElementsByTagNameNS($ns, 'msgQ')->shift;
    is_($queue->getElementsByTagNameNS($ns, 'msg')->shift->textContent, $expected);
    my $ack = Net::EPP::Frame::Command::Poll::Ack->new;
    $ack->setMsgID($queue->getAttribute('id'));
    is_($epp->request($ack)->code, 1000);
}
is_($epp->request(Net::EPP::Frame::Command::Poll::Req->new)->code, 1300);

is_($epp->delete_domain('abcdef.com'), 1);
is_($epp->delete_contact('sh8016'), 1);

my $asked = $epp->domain_transfer_request('wanted.com', 'secret-2009', 1);
code(1001);
is_($asked->{'trStatus'}, 'pending');
is_($epp->domain_transfer_query('wanted.com')->{'acID'}, 'registrar-b');
$epp->domain_transfer_cancel('wanted.com');
code(1000);
$epp->logout;
print "all was as expected\n";
