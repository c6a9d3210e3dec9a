// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// A small token that has something of every type to say, and every way to refuse.
contract Till {
    struct Receipt {
        address who;
        uint8 kind;
        string note;
        int256[] changes;
    }

    error Short(uint256 available, uint256 needed);

    event Paid(address indexed from, address indexed to, uint256 amount);

    string public constant symbol = "TILL";
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;

    constructor() {
        balanceOf[msg.sender] = 1_500_000;
    }

    function pay(address to, uint256 amount) external returns (bool) {
        uint256 available = balanceOf[msg.sender];
        if (available < amount) revert Short(available, amount);
        balanceOf[msg.sender] = available - amount;
        balanceOf[to] += amount;
        emit Paid(msg.sender, to, amount);
        return true;
    }

    function refuse(string calldata why) external pure {
        revert(why);
    }

    function refuseSilently() external pure {
        revert();
    }

    function divide(uint256 a, uint256 b) external pure returns (uint256) {
        return a / b;
    }

    function receipt(address who, int256[] calldata changes)
        external
        pure
        returns (Receipt memory made, bytes4 tag, uint8[2] memory pair, bool good)
    {
        return (Receipt(who, 7, unicode"für zwei", changes), 0xdeadbeef, [1, 2], true);
    }

    function spend(uint256 rounds) external {
        for (uint256 i = 0; i < rounds; i++) {
            balanceOf[address(uint160(i + 1))] = i + 1;
        }
    }
}
